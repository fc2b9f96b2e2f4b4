import datetime as dt

from btbot.config.document import Document, Place, Word, dotted, resolve_words

FILE = Place("a.yml", "file")


def test_place_of_a_key_is_its_own_or_the_nearest_above():
    document = Document({"costs": {"fee": 1}}, {(): FILE, ("costs",): Place("a.yml", "file", 3)})
    assert str(document.place(("costs", "fee"))) == "a.yml:3"
    assert str(document.place(("risk",))) == "a.yml"
    assert str(Document({}).place(("x",))) == "<mapping>"


def test_get_follows_keys_and_indexes_and_gives_none_where_there_is_nothing():
    document = Document({"a": [{"b": 5}]})
    assert document.get(("a", 0, "b")) == 5
    assert document.get(("a", 1, "b")) is None
    assert document.get(("a", "b")) is None
    assert document.get(()) == document.data


def test_a_word_is_text_that_knows_its_value():
    date = dt.date(2024, 1, 2)
    assert Word("ON", True) == "ON"
    assert resolve_words([{"x": Word("off", False)}, Word("2024-01-02", date), "off", 3]) == [
        {"x": False},
        date,
        "off",
        3,
    ]


def test_dotted():
    assert dotted(("strategies", 0, "name")) == "strategies.0.name"


def test_where_a_message_begins():
    places = {("feed",): Place("a.yml", "file", 3), ("capital",): Place("--set capital", "command")}
    document = Document({}, places)
    assert document.where(("feed", "name")) == "a.yml:3: feed.name"
    assert document.where(("capital",)) == "--set capital"
    assert document == Document({}), "the same content from another place"
