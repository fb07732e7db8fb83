"""The short closed lists that forms choose from. They are ours: no import adds to them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import TypeAdapter

from contracts.vocabulary.records import Named

ListName = Literal[
    "hours",  # outside the daytime of weekdays
    "adaptation",  # what a workplace can offer
    "tenures",
    "accessibility",  # of a home
    "stages",  # of school, the youngest first
    "profiles",  # of a preschool or school
    "support",  # that a preschool or school can give
    "interests",
    "times",  # for what one does with others
]
LISTS = Path(__file__).with_name("lists.json")


@cache
def lists() -> Mapping[ListName, Mapping[str, Named]]:
    """Each list by id, in the order in which it is shown. An id that stands in two of them means the same in both."""
    read = TypeAdapter(dict[ListName, tuple[Named, ...]]).validate_json(LISTS.read_bytes())
    return MappingProxyType({name: MappingProxyType({word.id: word for word in words}) for name, words in read.items()})
