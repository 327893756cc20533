"""What a linkage model compares: columns, levels of likeness, blocks, and what forbids a link."""

from dataclasses import dataclass

DIFFERENT = "different"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness of two records."""

    name: str
    condition: str
    """SQL over `<column>_l` and `<column>_r`; the first level that holds counts."""
    frequency_column: str | None = None
    """Column whose rare values weigh more when both records share them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that two records may share."""

    name: str
    unknown: str
    """SQL that holds where one of the two says nothing; such a pair weighs nothing here."""
    levels: tuple[Level, ...]
    """From equal downwards; what fits none of them is different."""

    def level_name(self, vector_value: int) -> str:
        """The level of a comparison vector value: -1 is unknown, 0 different, the rest upwards."""
        if vector_value < 0:
            return UNKNOWN
        if vector_value == 0:
            return DIFFERENT
        return self.levels[len(self.levels) - vector_value].name


@dataclass(frozen=True, slots=True)
class LinkageModel:
    """A model before training; it is trained without labels on the records it scores."""

    comparisons: tuple[Comparison, ...]
    blocks: tuple[str, ...]
    """SQL join conditions over l and r; a pair that fits none of them is never scored."""
    certain: tuple[str, ...]
    """Conditions that hardly ever join two persons; they tell how common a match is."""
    certain_recall: float
    """The part of all matches that `certain` is thought to find, 0 to 1."""
    training_blocks: tuple[str, ...]
    """Each trains the comparisons whose columns it does not name."""
    veto: str | None = None
    """Comparison whose level `different` forbids a link whatever the rest says."""
    across: str | None = None
    """Column that must differ: two files without repeats inside, linked with each other."""
    least_certain_pairs: int = 1
    """With fewer certain pairs the model is not trained: chance would decide."""
    doubt: float = 0.0
    """Share of plain numbers mixed into the trained ones, 0 to 1, for data so clean that a
    changed e-mail address would seem impossible."""
    seed: int = 1
    sampled_pairs: int = 5_000_000
    """Random pairs that tell how often strangers agree."""


def column_equals(*columns: str) -> str:
    """A block: all the columns equal on both sides."""
    return " and ".join(f"l.{column} = r.{column}" for column in columns)
