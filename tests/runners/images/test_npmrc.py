"""What npm is told on this machine reaches the commands that install, and no secret does."""

from pathlib import Path

from runners.images.npmrc import access, settings

FILE = """
; of the user
registry = https://packages.example.org/npm/
@me:registry=https://me:hunter2@me.example.com/
//packages.example.org/npm/:_authToken=${TOKEN}
//other.example.net/:_authToken=hunter2
https-proxy="http://me:hunter2@gateway.example.org:8080"
cafile=/nowhere/ca.pem
email=me@example.org
"""


def test_registries_proxies_and_certificates_are_passed_on_and_no_secret_is(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text(FILE)
    (tmp_path / "ca.pem").write_text("")
    host = {"HOME": str(tmp_path), "TOKEN": "hunter2", "NO_PROXY": "localhost", "NPM_CONFIG_CAFILE": str(tmp_path / "ca.pem")}
    found = access(host)
    assert found.environment == {
        "npm_config_registry": "https://packages.example.org/npm/",
        "npm_config_https_proxy": "http://gateway.example.org:8080",
        "npm_config_cafile": str(tmp_path / "ca.pem"),
        "NO_PROXY": "localhost",
    }
    assert found.scopes == "@me:registry=https://me.example.com/\n"
    assert found.reads == (str(tmp_path / "ca.pem"),)
    assert "hunter2" not in f"{found}"
    assert [note for note in found.notes if "packages.example.org" in note]
    assert not [note for note in found.notes if "other.example.net" in note]


def test_variables_count_more_than_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("registry=https://one.example.org/\nproxy=null\n")
    host = {"npm_config_userconfig": str(tmp_path / "mine"), "NPM_CONFIG_REGISTRY": "https://two.example.org/"}
    assert settings(host)["registry"] == "https://two.example.org/"


def test_without_settings_nothing_is_said() -> None:
    assert access({}) == type(access({}))({}, "", (), ())
