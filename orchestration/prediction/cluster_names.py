"""A name in Japanese and English for a group of buyers, from how far it lies from the average."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORDS_IN_A_NAME = 3
AVERAGE = ("平均的", "average")


@dataclass(frozen=True, slots=True)
class ClusterWord:
    """What a group is called whose mean z-score of a feature is that far from 0."""

    feature: str
    direction: str
    """high: the word holds from `least_z` upwards; low: from -least_z downwards."""
    least_z: float
    label_ja: str
    label_en: str

    def strength(self, scores: Mapping[str, float]) -> float:
        """How far the group lies in the word's direction; 0 where the word does not hold."""
        score = scores[self.feature] * (1 if self.direction == "high" else -1)
        return score if score >= self.least_z else 0.0


def cluster_name(scores: Mapping[str, float], words: Iterable[ClusterWord]) -> tuple[str, str]:
    """The Japanese and the English name: the three strongest words, the strongest first.

    Words of equal strength stand in the order of the words.
    """
    holding = [word for word in words if word.strength(scores) > 0]
    strongest = sorted(holding, key=lambda word: -word.strength(scores))[:_WORDS_IN_A_NAME]
    if not strongest:
        return AVERAGE
    return (
        "・".join(word.label_ja for word in strongest),
        ", ".join(word.label_en for word in strongest),
    )
