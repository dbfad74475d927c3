"""Words: nothing is lost, and each dictionary is its own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.text.normalise import normalise
from auditor.text.segment import Segmenter, segmenter


def test_two_dictionaries_in_one_process_stay_apart() -> None:
    """A word of one pack's dictionary stays whole there and nowhere else, whichever is loaded first."""
    plain = segmenter(())
    text = normalise("我是青禾催收科的")
    before = plain.words(text)
    assert "青禾催收科" in Segmenter(("青禾催收科",)).words(text)
    assert "青禾催收科" not in before
    assert plain.words(text) == before


def test_a_dictionary_is_loaded_once() -> None:
    """The same terms share one segmenter."""
    assert segmenter(()) is segmenter(())


def test_no_word_crosses_a_comma() -> None:
    """A border that was heard cuts words."""
    assert segmenter(()).words(normalise("您还，款吗")) == ("您", "还", "款", "吗")


@given(
    st.text(
        st.one_of(st.sampled_from("还款我们不会上门abc12860.😀ñの한"), st.characters(codec="utf-8")),
        max_size=30,
    )
)
@settings(deadline=None, max_examples=60)
def test_words_make_up_the_text(heard: str) -> None:
    """Every character stands in exactly one word, and the document keeps the text's offsets."""
    text = normalise(heard)
    doc = segmenter(()).doc(text)
    assert doc.text == text.text
    assert "".join(segmenter(()).words(text)) == text.text


def test_a_long_text_without_a_comma_is_cut() -> None:
    """A hundred thousand characters in one breath are cut into words."""
    assert len(segmenter(()).words(normalise("还款" * 50_000))) == 50_000
