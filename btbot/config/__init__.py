"""The configuration of a run: from YAML, environment and command line to one frozen, checked object.

Takes a file or a mapping, gives a `RunConfig` or one `ConfigError` that lists every mistake with its line.
Never imports a plug-in: whether a named strategy exists is seen when it is loaded.
"""

from btbot.config.dump import as_yaml, schema, settled, to_dict, to_yaml
from btbot.config.load import load_config
from btbot.config.model import RunConfig
from btbot.config.setting import with_setting

__all__ = ["RunConfig", "as_yaml", "load_config", "schema", "settled", "to_dict", "to_yaml", "with_setting"]
