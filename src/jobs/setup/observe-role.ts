import { isFailure } from '../../model/failure.ts';
import { runAsFor } from '../../process/os-user.ts';
import { queryRows } from '../../postgres/query.ts';
import { authenticationLines, readRole, roleStatements } from '../../postgres/role.ts';
import type { Server } from '../../postgres/server.ts';
import type { SetupContext } from './setup-deps.ts';
import type { ObservedServer } from './setup-observations.ts';

/**
 * Looks at the database role that pgBackRest is configured to use, and tries to log in as it the way the engine
 * will. Undefined when the engine uses the owner's own role, which peer authentication lets in everywhere.
 */
export async function observeRole(context: SetupContext, server: Server): Promise<ObservedServer['role']> {
  const name = server.node.databaseUser;
  if (name === undefined || name === server.owner.name) return undefined;
  const privileges = await readRole(server, name);
  return {
    name,
    privileges,
    statements: roleStatements(server.major, name, privileges),
    loginProblem: privileges.exists ? await tryLogin(context, server, name) : 'there is no such role',
    authentication: authenticationLines(context.engineUser.name, name),
  };
}

async function tryLogin(context: SetupContext, server: Server, role: string): Promise<string | undefined> {
  const { engineUser, currentUid } = context;
  const runAs = runAsFor(engineUser, currentUid);
  try {
    await queryRows({ ...server, owner: engineUser, runAs }, 'SELECT 1 AS one', {
      user: role,
      timeoutMs: 5000,
    });
    return undefined;
  } catch (error) {
    if (isFailure(error, 'server-unreachable', 'server-failed', 'timed-out')) return error.problem;
    throw error;
  }
}
