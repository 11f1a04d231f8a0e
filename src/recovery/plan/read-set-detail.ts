import type { EngineProgram } from '../../engine/engine.ts';
import { runEngine } from '../../engine/run-engine.ts';
import type { SetDetail } from './observations.ts';

/**
 * Tablespaces and links of one set: `info --set --output=json` (pgBackRest `src/command/info/info.c`). They are not in
 * the plain catalogue because the engine has to read the set's manifest for them.
 *
 * @throws Failure as runEngine
 */
export async function readSetDetail(
  engine: EngineProgram,
  request: { readonly stanza: string; readonly repositoryKey: number; readonly label: string },
): Promise<SetDetail> {
  const result = await runEngine(engine, ['info', '--output=json', `--set=${request.label}`], {
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    capture: 'text',
    operation: `read set ${request.label}`,
  });
  return { ...parseSetDetail(result.stdout), label: request.label, repositoryKey: request.repositoryKey };
}

interface SetAnswer {
  readonly tablespace?: readonly {
    readonly destination: string;
    readonly name: string;
    readonly oid: number;
  }[];
  readonly link?: readonly { readonly destination: string; readonly name: string }[];
}

/** Takes tablespaces and links out of the engine's answer; none when the set is not in it. */
export function parseSetDetail(text: string): Pick<SetDetail, 'tablespaces' | 'links'> {
  const [stanza] = JSON.parse(text) as { readonly backup?: readonly SetAnswer[] }[];
  const set = stanza?.backup?.[0];
  return {
    tablespaces: (set?.tablespace ?? []).map((one) => ({
      oid: String(one.oid),
      name: one.name,
      path: one.destination,
    })),
    links: (set?.link ?? []).map((one) => ({ path: one.name, destination: one.destination })),
  };
}
