"""Reads pigsty.yml as Ansible does and gives what Pigsty makes of its pgBackRest variables for one cluster.

Pigsty's template is not part of this project. Its rule, as its roles/pgsql/templates/pgbackrest.conf has it in versions 3
and 4: each key of pgbackrest_repo[pgbackrest_method] becomes a line `repo1-KEY=VALUE`, with `-` for `_` in the key and
the name of the cluster for ${pg_cluster} in the value. Around them stand options of its own.
"""

import json
import os
import subprocess
import sys

import jinja2
import yaml


class Unsafe(str):
    """Text that is no template: Ansible's !unsafe."""


class Loader(yaml.SafeLoader):
    pass


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(node.value))


def lookup(plugin, argument):
    name = plugin.rsplit(".", 1)[-1]
    if name == "file":
        with open(argument, encoding="utf-8") as file:
            return file.read().rstrip()
    if name == "env":
        return os.environ.get(argument, "")
    if name == "pipe":
        return subprocess.run(argument, shell=True, check=True, capture_output=True, text=True).stdout.rstrip()
    raise ValueError(plugin)


environment = jinja2.Environment(undefined=jinja2.StrictUndefined)


def evaluate(value):
    if isinstance(value, str) and not isinstance(value, Unsafe):
        return environment.from_string(value).render(lookup=lookup)
    return value


inventory = yaml.load(open(sys.argv[1], encoding="utf-8"), Loader)["all"]
group = next(g for g in inventory["children"].values() if (g.get("vars") or {}).get("pg_cluster") == sys.argv[2])
variables = {**inventory["vars"], **group["vars"]}
repository = variables["pgbackrest_repo"][variables["pgbackrest_method"]]
template = environment.from_string(
    "{% for key, value in repository.items() %}"
    "repo1-{{ key | replace('_', '-') }}={{ value | replace('${pg_cluster}', pg_cluster) }}\n"
    "{% endfor %}"
)
text = template.render(
    repository={key: evaluate(value) for key, value in repository.items()}, pg_cluster=variables["pg_cluster"]
)
print(
    json.dumps(
        {
            "enabled": variables["pgbackrest_enabled"],
            "repository": text,
            "pg_crontab": variables.get("pg_crontab"),
            "node_crontab": variables.get("node_crontab"),
        }
    )
)
