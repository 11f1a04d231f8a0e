import { enableCompileCache } from 'node:module';
import { userInfo } from 'node:os';

/**
 * Compiled code is kept per user in that user's own home, as the password file has it: never in a directory that
 * somebody else can write (sudo keeps HOME on some systems), and never needed: without it the start only takes longer.
 */
function keepCompiledCode(): void {
  try {
    enableCompileCache(`${userInfo().homedir}/.cache/holdfast`);
  } catch {
    // A user without an entry in the password file (a container's arbitrary uid) has no home to keep it in.
  }
}

keepCompiledCode();
const { runProgram } = await import('./cli/run-program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
