"""``botocore.configloader`` and ``botocore.configprovider``: configuration files as dictionaries, and chains of sources of a setting."""

import configparser
import copy
import os
import shlex

from . import exceptions


def raw_config_parse(config_filename, parse_subsections=True):
    """Returns the sections of a file. An indented block of options is a dictionary, or with ``parse_subsections=False`` its text."""
    if config_filename is None:
        return {}
    path = os.path.expanduser(os.path.expandvars(config_filename))
    if not os.path.isfile(path):
        raise exceptions.ConfigNotFound(path=config_filename)
    parser = configparser.RawConfigParser(default_section=None)
    try:
        parser.read([path])
    except (configparser.Error, UnicodeDecodeError) as error:
        raise exceptions.ConfigParseError(path=path, error=error) from None
    sections = {}
    for name in parser.sections():
        sections[name] = dict(parser.items(name))
        for option, value in sections[name].items():
            if parse_subsections and value.startswith("\n"):
                try:
                    sections[name][option] = _block(value)
                except ValueError as error:
                    raise exceptions.ConfigParseError(path=path, error=error) from None
    return sections


def _block(text):
    options = {}
    for line in filter(str.strip, text.splitlines()):
        name, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"invalid line of a block of options: {line.strip()!r}")
        options[name.strip()] = value.strip()
    return options


def build_profile_map(parsed_ini_config):
    """Sorts sections into ``profiles``, ``sso_sessions``, and ``services``."""
    sorted_sections = copy.deepcopy(parsed_ini_config)
    profiles, sso_sessions, services, rest = {}, {}, {}, {}
    kinds = {"profile": profiles, "sso-session": sso_sessions, "services": services}
    for name, options in sorted_sections.items():
        kind = name.split(maxsplit=1)[0] if name.split() else name
        if kind in kinds and name != kind:
            try:
                parts = shlex.split(name)
            except ValueError:
                continue
            if len(parts) == 2:
                kinds[kind][parts[1]] = options
        elif name == "default":
            profiles.setdefault(name, options)
        else:
            rest[name] = options
    return {**rest, "profiles": profiles, "sso_sessions": sso_sessions, "services": services}


def load_config(config_filename):
    """Returns a configuration file: ``profiles``, ``sso_sessions``, ``services``, and other sections."""
    return build_profile_map(raw_config_parse(config_filename))


def multi_file_load_config(*filenames):
    """Returns several files as one: a profile or section is that of the first file that has it. Files that do not exist are left out."""
    profiles, result = {}, {}
    for filename in filenames:
        try:
            loaded = load_config(filename)
        except exceptions.ConfigNotFound:
            continue
        profiles = {**loaded.pop("profiles"), **profiles}
        result = {**loaded, **result}
    return {**result, "profiles": profiles}


class BaseProvider:
    """A source of a setting."""

    def provide(self):
        """Returns the value, or ``None``."""
        raise NotImplementedError("provide")

    def __repr__(self):
        fields = ", ".join(f"{name.lstrip('_')}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


class ConstantProvider(BaseProvider):
    """Always the same value."""

    def __init__(self, value):
        self._value = value

    def provide(self):
        return self._value


class EnvironmentProvider(BaseProvider):
    """A variable of the environment."""

    def __init__(self, name, env):
        self._name, self._env = name, env

    def provide(self):
        return self._env.get(self._name)


class InstanceVarProvider(BaseProvider):
    """A variable that was set in the session itself."""

    def __init__(self, instance_var, session):
        self._instance_var, self._session = instance_var, session

    def provide(self):
        return self._session.instance_variables().get(self._instance_var)


class ScopedConfigProvider(BaseProvider):
    """An option of the profile. A pair of names is an option of a block."""

    def __init__(self, config_var_name, session):
        self._config_var_name, self._session = config_var_name, session

    def provide(self):
        options = self._session.get_scoped_config()
        if isinstance(self._config_var_name, tuple):
            block = options.get(self._config_var_name[0])
            return block.get(self._config_var_name[1]) if isinstance(block, dict) else None
        return options.get(self._config_var_name)


class ChainProvider(BaseProvider):
    """The first of several sources that has a value, which ``conversion_func`` converts."""

    def __init__(self, providers=None, conversion_func=None):
        self._providers, self._conversion_func = providers or [], conversion_func

    def __repr__(self):
        return f"[{', '.join(map(str, self._providers))}]"

    def provide(self):
        found = next((value for value in (provider.provide() for provider in self._providers) if value is not None), None)
        return found if found is None or self._conversion_func is None else self._conversion_func(found)

    def set_default_provider(self, default_provider):
        """Replaces the constant at the end of the chain, or adds one."""
        if self._providers and isinstance(self._providers[-1], ConstantProvider):
            self._providers.pop()
        self._providers.append(default_provider)

    def __deepcopy__(self, memo):
        return ChainProvider(copy.deepcopy(self._providers, memo), self._conversion_func)


class ConfigValueStore:
    """Settings by name, each with the source that provides it."""

    def __init__(self, mapping=None):
        self._sources, self._overrides = {}, {}
        for name, provider in (mapping or {}).items():
            self.set_config_provider(name, provider)

    def get_config_variable(self, logical_name):
        """Returns a setting, or ``None``."""
        if logical_name in self._overrides:
            return self._overrides[logical_name]
        provider = self._sources.get(logical_name)
        return None if provider is None else provider.provide()

    def get_config_provider(self, logical_name):
        """Returns the source of a setting."""
        return self._sources.get(logical_name)

    def set_config_variable(self, logical_name, value):
        """Sets a setting, whatever its source provides."""
        self._overrides[logical_name] = value

    def clear_config_variable(self, logical_name):
        """Takes back a setting that was set."""
        self._overrides.pop(logical_name, None)

    def set_config_provider(self, logical_name, provider):
        """Sets the source of a setting."""
        self._sources[logical_name] = provider


PROVIDERS = (BaseProvider, ChainProvider, ConfigValueStore, ConstantProvider, EnvironmentProvider, InstanceVarProvider, ScopedConfigProvider)
LOADERS = (build_profile_map, load_config, multi_file_load_config, raw_config_parse)
for _class in PROVIDERS:
    _class.__module__ = "botocore.configprovider"
