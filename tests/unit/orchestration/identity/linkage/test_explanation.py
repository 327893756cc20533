import json

from orchestration.identity.linkage.explanation import explain
from orchestration.identity.linkage.shop_model import SHOP_MODEL


def test_explain_names_the_heaviest_first_and_leaves_out_what_is_unknown():
    explanation = explain(
        {"given_name": "different", "email": "equal", "phone": "unknown", "address": "postal"},
        {"given_name": -8.04, "email": 12.31, "phone": 0.0, "address": 6.0},
    )
    assert explanation.english == (
        "e-mail equal (+12.3); given name different (-8.0); address same postal code (+6.0)"
    )
    assert explanation.japanese == (
        "メールアドレスが一致(+12.3)、名が不一致(-8.0)、住所の郵便番号が一致(+6.0)"
    )
    assert json.loads(explanation.weights) == {"email": 12.31, "given_name": -8.04, "address": 6.0}


def test_explain_has_words_for_every_level_of_the_shops_model():
    for comparison in SHOP_MODEL.comparisons:
        for level in ("different", *(level.name for level in comparison.levels)):
            assert explain({comparison.name: level}, {comparison.name: 1.0}).japanese
