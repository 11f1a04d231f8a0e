/** meta/main.yml of a role. @param description one sentence that is plain YAML */
export const metaOf = (description: string): string => `---
galaxy_info:
  author: Holdfast
  description: ${description}
  license: Apache-2.0
  min_ansible_version: "2.14"
  platforms:
    - name: Debian
      versions: [all]
dependencies: []
`;
