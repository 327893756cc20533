from dataclasses import replace

from orchestration.sample_shop.people import Change, Person


def test_person_is_another_after_each_change(person: Person) -> None:
    elsewhere = replace(person.home, block="9-9-9")
    changing = replace(
        person, changes=(Change(10, phone="08011112222"), Change(20, home=elsewhere))
    )
    assert changing.at(9) == changing
    assert (changing.at(10).phone, changing.at(10).home) == ("08011112222", person.home)
    last = changing.at(20)
    assert (last.phone, last.home, last.email) == ("08011112222", elsewhere, person.email)
    assert last.true_id == person.true_id
