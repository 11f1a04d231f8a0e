import { type KubernetesSite, reachableElsewhere } from './kubernetes-site.ts';

/** What to do with the files, for whoever finds them. */
export function readme(site: KubernetesSite): string {
  const { name, namespace, settings } = site;
  const jobs = settings.form === 'cronjobs';
  const kubectl = `kubectl --namespace ${namespace}`;
  const sections = [
    `# PostgreSQL ${name} with its backups

Rendered by \`holdfast render kubernetes\`; docs/deploy-kubernetes.md of Holdfast says more. Secrets are in \`base/secrets\`, which
Git ignores: render them where you apply.

\`\`\`sh
kubectl apply -k overlays/production${jobs ? '' : '        # or overlays/monitoring, where the operator of Prometheus runs'}
${kubectl} get pods --watch
\`\`\``,
    jobs ? certificatesSection(site) : '',
    jobs
      ? `## Backups now

\`\`\`sh
${kubectl} get cronjobs
${kubectl} create job --from=cronjob/NAME by-hand
\`\`\``
      : `## Look, and back up now

\`\`\`sh
${kubectl} exec ${name}-0 -c holdfast -- holdfast status
${kubectl} exec ${name}-0 -c holdfast -- holdfast backup --type full --yes
\`\`\``,
    `## Restore

The server is scaled to 0 and a Job restores into its volume. Set the target in \`args\` of overlays/restore/job.yaml through an overlay
of your own, or leave it at the newest moment. The old data is kept beside the new.

\`\`\`sh
kubectl apply -k overlays/restore
${kubectl} wait --for=condition=complete --timeout=24h job/${name}-restore
${kubectl} logs job/${name}-restore
${kubectl} delete job ${name}-restore
kubectl apply -k overlays/production
\`\`\``,
    reachableElsewhere(site).length === 0
      ? ''
      : `## Drill

Restores the newest state into a volume of its own, checks it and takes it away. Exit code 0 of the Job: it passed.

\`\`\`sh
kubectl apply -k overlays/drill
${kubectl} logs --follow job/${name}-drill
${kubectl} delete job ${name}-drill
\`\`\``,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function certificatesSection({ name, settings, namespace }: KubernetesSite): string {
  const server = settings.serverCertificate ?? `${name}-pgbackrest-server`;
  const client = settings.clientCertificate ?? `${name}-pgbackrest-client`;
  return `## Certificates

Two Secrets with \`tls.crt\`, \`tls.key\` and \`ca.crt\` must be there before, such as cert-manager makes them:

- \`${server}\` for the name \`${name}-0.${name}-headless.${namespace}.svc\`
- \`${client}\` with the common name \`${settings.clientName}\``;
}
