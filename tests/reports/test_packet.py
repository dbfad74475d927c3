"""Evidence packets: what is in them, that others can prove it, and that a redacted one gives nothing away."""

from __future__ import annotations

import io
import json
import random
import shutil
import stat
import wave
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from auditor.errors import NotFoundError, UsageError
from auditor.reports.manifest import MANIFEST, SIGNATURE, Manifest, member, read_manifest, signature
from auditor.reports.packet import BLEEP, PAGE, make_packet
from auditor.reports.signing import fingerprint, load_key, load_public, new_key
from auditor.reports.verify import Problem, check, verify
from auditor.store.events import EventFilter, events
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from tests.cli.program import auditor
from tests.reports.packets import CALL, CUSTOMER, NOON, OTHER, PHONE, RATE, THREAT, evidenced, name
from tests.web.homes import HOSTILE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TRIES = 1200


@dataclass
class Held:
    """Files in memory, as a folder would hold them."""

    files: dict[str, bytes]

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        return self.files[name]

    def flaw(self) -> None:
        return None


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    evidenced(folder / "home")
    for who in ("ours", "theirs"):
        new_key(folder / f"{who}.key")
    return folder


@pytest.fixture(scope="module")
def ours(place: Path) -> Ed25519PrivateKey:
    return load_key(place / "ours.key")


def made(place: Path, target: Path, key: Ed25519PrivateKey, *calls: str, redacted: bool = False) -> Path:
    """A packet of a fresh copy of the home, as if it were the first."""
    home = Home.open(shutil.copytree(place / "home", target.parent / f".home-{target.name}"))
    with Store(home) as store:
        make_packet(store, calls or (CALL,), target, key=key, at=NOON, by="liu", name=name, redacted=redacted)
    return target


@pytest.fixture(scope="module")
def whole(place: Path, ours: Ed25519PrivateKey) -> Path:
    return made(place, place / "whole", ours, CALL, OTHER)


@pytest.fixture(scope="module")
def redacted(place: Path, ours: Ed25519PrivateKey) -> Path:
    return made(place, place / "redacted", ours, redacted=True)


def evidence(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "calls/001/evidence.json").read_bytes())
    return told


def test_an_untouched_packet_passes_as_folder_and_as_zip_and_is_the_same_bytes_again(
    place: Path, whole: Path, ours: Ed25519PrivateKey, tmp_path: Path
) -> None:
    one, two = (made(place, tmp_path / f"{n}.zip", ours, CALL, OTHER) for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as unzipped:
        unzipped.extractall(tmp_path / "out")
    assert held(tmp_path / "out") == held(whole)
    us = fingerprint(ours.public_key())
    for packet in (whole, one, tmp_path / "out"):
        found = verify(packet, {us})
        assert (found.problems, found.signer, found.trusted, len(found.calls)) == ((), us, True, 2)
        assert verify(packet).trusted is None
        them = fingerprint(load_public(place / "theirs.key.pub"))
        assert (verify(packet, {them}).intact, verify(packet, {them}).good) == (True, False)


def test_every_alteration_is_caught_and_its_file_named(whole: Path, redacted: Path) -> None:
    """1,200 tries: one byte flipped in any file, a file dropped, one added, two swapped."""
    chance = random.Random(11)
    for folder, tries in ((whole, TRIES // 4), (redacted, TRIES * 3 // 4)):
        original = held(folder)
        names = sorted(original)
        for _ in range(tries):
            files, (one, two) = dict(original), chance.sample(names, 2)
            kind = chance.choice(("flip", "flip", "drop", "add", "swap"))
            if kind == "flip":
                at, bit = chance.randrange(len(files[one])), 1 << chance.randrange(8)
                content = files[one]
                files[one] = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
                expected = {Problem("altered", one)}
            elif kind == "drop":
                del files[one]
                expected = {Problem("missing", one)}
            elif kind == "add":
                extra = f"{one}.{chance.randrange(9)}"
                files[extra] = files[one]
                expected = {Problem("added", extra)}
            else:
                if files[one] == files[two]:
                    continue
                files[one], files[two] = files[two], files[one]
                # nothing can be held against a manifest that is not the one that was signed
                expected = {Problem("altered", n) for n in (one, two)}
                if MANIFEST in (one, two):
                    expected &= {Problem("altered", n) for n in (MANIFEST, SIGNATURE)}
            found = check(Held(files))
            assert not found.intact
            assert set(found.problems) == expected, (kind, one, two)


def test_any_byte_of_the_zip_counts_also_between_the_files(
    place: Path, ours: Ed25519PrivateKey, tmp_path: Path
) -> None:
    packet = made(place, tmp_path / "a.zip", ours, redacted=True)
    content, chance = packet.read_bytes(), random.Random(5)
    ends = content.index(b"PK\1\2")
    for at in [0, 10, 12, 20, *range(ends, len(content), 7), *(chance.randrange(len(content)) for _ in range(60))]:
        packet.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
        assert verify(packet).problems, at
    for changed in (content + b"x", b"x" + content, content[:-1], b""):
        packet.write_bytes(changed)
        assert verify(packet).problems


def test_links_and_empty_folders_do_not_slip_in(whole: Path, tmp_path: Path) -> None:
    packet = shutil.copytree(whole, tmp_path / "p")
    (packet / "empty").mkdir()
    (packet / "link").symlink_to(packet / "calls")
    log = packet / "calls/001/log.json"
    shutil.move(log, tmp_path / "log.json")
    log.symlink_to(tmp_path / "log.json")
    expected = {Problem("added", "empty/"), Problem("added", "link"), Problem("altered", "calls/001/log.json")}
    assert set(verify(packet).problems) == expected


def signed_again(files: Mapping[str, bytes], key: Ed25519PrivateKey) -> Held:
    """The files with a manifest and a signature made anew, as somebody would who has a key of their own."""
    old = read_manifest(files[MANIFEST])
    listed = tuple(member(n, c) for n, c in sorted(files.items()) if n not in (MANIFEST, SIGNATURE))
    manifest = Manifest(old.format, old.made_at, old.program, old.redacted, old.calls, listed).as_bytes()
    return Held({**files, MANIFEST: manifest, SIGNATURE: signature(manifest, key)})


def test_signed_again_with_another_key_it_is_intact_but_not_trusted(
    place: Path, whole: Path, ours: Ed25519PrivateKey
) -> None:
    theirs = load_key(place / "theirs.key")
    forged = held(whole)
    forged[PAGE] = forged[PAGE].replace("致命".encode(), "一般".encode())
    packet, us = signed_again(forged, theirs), fingerprint(ours.public_key())
    assert check(packet).intact
    assert check(packet).signer == fingerprint(theirs.public_key()) != us
    assert not check(packet, {us}).good
    # the old signature over the new manifest, or their statement with our public key, holds for nobody
    again = Held({**packet.files, SIGNATURE: forged[SIGNATURE]})
    assert check(again).problems == (Problem("altered", MANIFEST),)
    told = json.loads(packet.files[SIGNATURE]) | {"public_key": json.loads(forged[SIGNATURE])["public_key"]}
    mixed = json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert Problem("altered", SIGNATURE) in check(Held({**packet.files, SIGNATURE: mixed})).problems


def test_each_clip_is_the_recording_to_the_sample_on_both_channels(place: Path, whole: Path) -> None:
    told = evidence(whole)
    with Store(Home.open(place / "home")) as store:
        kept, rate = soundfile.read(store.home.audio_path(store.call(CALL).call.source_hash), dtype="int16")
    clips = [(f["finding"], clip) for f in told["findings"] for clip in f["clips"]]  # type: ignore[attr-defined]
    assert len(clips) >= 2
    for finding, clip in clips:
        samples, clip_rate = soundfile.read(whole / clip["file"], dtype="int16")
        first, last = clip["first_sample"], clip["first_sample"] + clip["samples"]
        assert (rate, clip["channels"]) == (clip_rate, 2)
        assert np.array_equal(samples, kept[first:last])
        assert first == round(max(0.0, finding["start"] - 5.0) * rate)
        assert last == min(round((finding["end"] + 5.0) * rate), len(kept))


def test_a_redacted_packet_holds_no_personal_data_anywhere(redacted: Path, whole: Path, place: Path) -> None:
    with Store(Home.open(place / "home")) as store:
        found = [f.finding_id for f in store.call(CALL).shown.findings]
    secrets = [PHONE, PHONE[3:], CUSTOMER, "C2610009876543", "U778899001122", "abab", "customer_name=", *found]
    for path, content in held(redacted).items():
        text = f"{path}\n{content.decode('utf-8', 'replace')}"
        unescaped = json.dumps(json.loads(content), ensure_ascii=False) if path.endswith(".json") else text
        assert not [s for s in secrets if s in text or s in unescaped], path
    assert THREAT in (redacted / PAGE).read_text(encoding="utf-8")
    everything = b"".join(held(whole).values()).decode("utf-8", "replace")
    assert all(s in everything for s in (PHONE, CUSTOMER, "C2610009876543"))
    assert not list(redacted.glob("packs/*"))


def test_personal_data_are_under_a_tone_on_both_channels_and_nothing_else_is(redacted: Path, whole: Path) -> None:
    covered = 0
    for shown, heard in zip(evidence(redacted)["findings"], evidence(whole)["findings"], strict=True):  # type: ignore[call-overload]
        for clip, original in zip(shown["clips"], heard["clips"], strict=True):
            samples, _ = soundfile.read(redacted / clip["file"], dtype="int16")
            before, _ = soundfile.read(whole / original["file"], dtype="int16")
            changed = np.flatnonzero((samples != before).any(axis=1))
            inside = [(round(a * RATE), round(b * RATE)) for a, b in clip["bleeped"]]
            assert all(any(a - 1 <= n <= b for a, b in inside) for n in changed)
            for a, b in inside:
                assert np.array_equal(samples[a:b, 0], samples[a:b, 1])
                if b - a < RATE:
                    continue
                heard_there = np.abs(np.fft.rfft(samples[a + 10 : b - 10, 0].astype(float)))
                assert round(float(np.argmax(heard_there)) * RATE / (b - a - 20)) == round(BLEEP)
                covered += 1
    assert covered >= 1


class Page(HTMLParser):
    """What a browser would find on the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("kind", ["whole", "redacted"])
def test_the_page_reads_everything_asks_nobody_and_takes_no_text_for_markup(
    kind: str, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(kind)
    page = Page((folder / PAGE).read_text(encoding="utf-8"))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form", "b", "base"}
    for _, attributes in page.tags:
        assert not [a for a in attributes if a.startswith("on")]
        for attribute in ("src", "href"):
            to = attributes.get(attribute)
            assert to is None or to.startswith("#") or (folder / to).is_file()
    assert "default-src 'none'" in str([a for tag, a in page.tags if tag == "meta"])
    text = "".join(page.text)
    for told in (
        HOSTILE.replace("\u202e", "\N{REPLACEMENT CHARACTER}"),
        THREAT,
        "算违规的例子",
        "核验码",
        "推翻",
        "改判" if False else "完成",
    ):
        assert told in text
    assert sum(tag == "audio" for tag, _ in page.tags) == len(list(folder.glob("calls/*/clips/*")))


def test_the_rule_is_as_it_was_with_its_examples(whole: Path) -> None:
    packs = list(whole.glob("packs/*"))
    for told in evidence(whole)["findings"]:  # type: ignore[attr-defined]
        rule = told["rule"]
        assert (packs[0] / rule["file"]).read_text(encoding="utf-8-sig") == rule["text"]
        assert len(rule["hit"]) >= 3
        assert len(rule["clean"]) >= 3


def test_the_log_proves_its_chain_and_tells_nothing_of_other_calls(
    place: Path, ours: Ed25519PrivateKey, tmp_path: Path
) -> None:
    only = made(place, tmp_path / "only", ours, CALL)
    log = json.loads((only / "calls/001/log.json").read_bytes())
    assert [("kind" in e) for e in log["events"]] == [True, True, False, True, False, False, True]
    assert verify(only).chain.events == verify(only).chain.proven == 7
    assert OTHER.encode() not in b"".join(held(only).values())
    masked = verify(made(place, tmp_path / "masked", ours, CALL, redacted=True)).chain
    assert (masked.events, masked.proven) == (7, 6)


def test_a_log_that_was_rewritten_before_it_was_signed_does_not_hold(
    place: Path, ours: Ed25519PrivateKey, tmp_path: Path
) -> None:
    files = held(made(place, tmp_path / "only", ours, CALL))
    for change in ("upheld", "seal", "gone"):
        log = json.loads(files["calls/001/log.json"])
        if change == "upheld":
            log["events"][1]["body"] = log["events"][1]["body"].replace("upheld", "signed")
        elif change == "seal":
            log["events"][2]["sealed"] = "0" * 64
        else:
            del log["events"][2]
        forged = signed_again({**files, "calls/001/log.json": json.dumps(log).encode()}, ours)
        assert check(forged).problems == (Problem("chain", "calls/001/log.json"),), change


def test_names_of_files_are_ours_whatever_a_call_is_called(whole: Path) -> None:
    for path in held(whole):
        assert path.isascii() or path.startswith("packs/")
        assert ".." not in path
        assert PHONE not in path


def test_what_cannot_be_made_leaves_nothing_behind(place: Path, ours: Ed25519PrivateKey, tmp_path: Path) -> None:
    home = Home.open(shutil.copytree(place / "home", tmp_path / "home"))
    (tmp_path / "there").mkdir()
    with Store(home) as store:
        for target, calls, error in (
            (tmp_path / "there", (CALL,), UsageError), (tmp_path / "new.zip", ("nobody",), NotFoundError),
            (tmp_path / "no" / "such.zip", (CALL,), UsageError), (tmp_path / "none", (), UsageError),
        ):  # fmt: skip
            with pytest.raises(error):
                make_packet(store, calls, target, key=ours, at=NOON, by="", name=name)
        shutil.rmtree(next(home.packs.iterdir()))
        with pytest.raises(NotFoundError, match="规则包"):
            make_packet(store, (CALL,), tmp_path / "new", key=ours, at=NOON, by="", name=name)
    assert {p.name for p in tmp_path.iterdir()} == {"home", "there"}
    with Ledger(home) as ledger, ledger.reading() as db:
        assert not events(db, EventFilter(kind="exported"))


def test_keys_are_for_their_owner_and_never_replaced(tmp_path: Path) -> None:
    new_key(tmp_path / "k")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    before = (tmp_path / "k").read_bytes()
    with pytest.raises(UsageError, match="没有覆盖"):
        new_key(tmp_path / "k")
    assert (tmp_path / "k").read_bytes() == before
    for path in (tmp_path / "k.pub", tmp_path / "none", tmp_path):
        with pytest.raises(UsageError):
            load_key(path)
    with pytest.raises(UsageError, match="公钥"):
        load_public(tmp_path / "k")


def test_the_commands_make_check_and_replay_a_packet(place: Path, tmp_path: Path) -> None:
    home = shutil.copytree(place / "home", tmp_path / "home")
    packet = tmp_path / "p.zip"
    assert auditor("key", "new", tmp_path / "k").code == 0
    said = auditor("packet", CALL, "-o", packet, "--home", home, "--key", tmp_path / "k", "--by", "liu")
    assert (said.code, "处发现" in said.out, PHONE in said.out) == (0, True, False)
    with Ledger(Home.open(home)) as ledger, ledger.reading() as db:
        ((event),) = events(db, EventFilter(kind="exported", by="liu", call_id=CALL))
    assert json.loads(event.body)["redacted"] is False
    unknown = auditor("verify", packet)
    assert (unknown.code, "完好，签名人未知" in unknown.out) == (0, True)
    assert auditor("verify", packet, "--trust", tmp_path / "k.pub").code == 0
    assert auditor("verify", packet, "--trust", place / "theirs.key.pub").code == 1
    replayed = auditor("replay", packet)
    assert (replayed.code, "相同" in replayed.out) == (0, True)
    assert auditor("packet", CALL, "-o", tmp_path / "r", "--home", home, "--redacted").code == 0
    assert (auditor("verify", tmp_path / "r").code, auditor("replay", tmp_path / "r").code) == (0, 2)
    (tmp_path / "r" / PAGE).write_bytes(b"x")
    (tmp_path / "r" / "calls" / "001" / "call.json").unlink()
    said = auditor("verify", tmp_path / "r")
    assert (said.code, said.err.splitlines()) == (
        1,
        ["缺少：calls/001/call.json", f"改过：{PAGE}", *said.err.splitlines()[2:]],
    )
    assert auditor("verify", tmp_path / "nowhere").code == 2
    assert auditor("key", "show", "--home", home).out.startswith("-----BEGIN PUBLIC KEY-----")


def test_a_clip_is_a_plain_wav_that_browsers_play(whole: Path) -> None:
    for path in whole.glob("calls/*/clips/*.wav"):
        with wave.open(io.BytesIO(path.read_bytes())) as sound:
            assert (sound.getsampwidth(), sound.getcomptype()) == (2, "NONE")
