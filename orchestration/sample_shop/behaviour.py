"""The true parameters of the generated shop: how its people buy, read and leave."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Every rate the shop is drawn from; written to truth/effects.parquet as it stands.

    Rates are per year, shares and probabilities lie between 0 and 1, days are days.
    """

    purchase_rate_shape: float = 1.1
    """Shape of the gamma that a buyer's own purchase rate is drawn from."""
    purchase_rate_mean: float = 2.6
    """Mean of that gamma: purchases a year while the buyer is alive."""
    dropout_a: float = 1.0
    """First parameter of the beta of the chance to leave after each purchase."""
    dropout_b: float = 2.4
    """Second parameter of that beta."""
    refill_share: float = 0.45
    """Chance that a buyer of a consumable comes back when the pack is used up."""
    refill_spread: float = 0.22
    """Spread (sigma of the log) of that return, for the same product, around the pack's days."""
    companion_share: float = 0.35
    """Chance that a basket with a product that has a companion (catalogue.py) gets that too."""
    lead_share: float = 0.25
    """Share of persons who never buy."""
    newsletter_lead_share: float = 0.1
    """Share of those leads known by a newsletter address alone."""
    founding_share: float = 0.15
    """Share of persons who show up in the first three months, when the records begin."""
    guest_share: float = 0.18
    """Share of buyers who only buy as guests in the own shop."""
    mall_share: float = 0.2
    """Share of buyers who only buy on the mall."""
    both_share: float = 0.12
    """Share of buyers with an own-shop account who also buy on the mall."""
    guest_first_share: float = 0.2
    """Share of account holders who bought once as a guest before they signed up."""
    second_account_share: float = 0.04
    """Share of account holders with a second account."""
    email_consent_share: float = 0.68
    """Chance that a new account agrees to marketing mail."""
    mail_click_order: float = 0.18
    """Chance that a human click in a mail ends in an order of a living buyer: the mail's effect."""
    mail_click_order_after_dropout: float = 0.02
    """The same after the buyer has dropped out."""
    unsubscribe_per_mail: float = 0.004
    """Chance that a delivered mail is answered with an unsubscribe."""
    spam_report_per_mail: float = 0.0004
    """Chance that a delivered mail is reported as spam."""
    machine_reader_share: float = 0.35
    """Share of persons whose mail program opens every mail by itself."""
    link_scanner_share: float = 0.04
    """Share of persons whose mail gateway clicks every link within two seconds."""
    subscription_share: float = 0.08
    """Chance that an account holder's purchase of a consumable starts a subscription."""
    subscription_churn: float = 0.09
    """Chance that a subscription ends after each delivery."""
    cancel_share: float = 0.04
    """Share of orders cancelled."""
    return_share: float = 0.02
    """Share of orders sent back."""
    unfinished_share: float = 0.005
    """Share of orders left in the payment step."""
    carrier_gap_share: float = 0.05
    """Share of parcels the carrier has no record of."""
    line_friend_share: float = 0.24
    """Share of persons who are LINE friends of the shop."""
    line_block_share: float = 0.15
    """Share of those friends who block it later."""
    inquiry_share: float = 0.05
    """Share of orders followed by an inquiry."""
    forgotten_inquiry_share: float = 0.05
    """Share of inquiries that nobody ever settles."""
    visits_per_year: float = 10.0
    """Browsing visits of a person of average interest."""
    stranger_visits: float = 0.9
    """Chance, per person, of a visitor who never says who they are."""
    mistyped_mail_share: float = 0.02
    """Share of hand-written records with a mistyped address."""
    variant_share: float = 0.15
    """Share of hand-written records with the surname in another form; as many the others.

    The others are the reading, the telephone number, the postal code and the address, each
    drawn by itself.
    """
    given_name_variant_share: float = 0.05
    """Share of hand-written records with the given name in another form."""
    capital_mail_share: float = 0.02
    """Share of hand-written records whose mail address begins with a capital letter."""
    tagged_mail_share: float = 0.02
    """Share of hand-written records whose mail address carries a tag (+shop)."""
    placeholder_phone_share: float = 0.01
    """Share of hand-written records with a number that is nobody's, or the shop's own."""
    other_reading_share: float = 0.015
    """Share of hand-written records whose surname is read without its voiced sounds."""
    other_kanji_share: float = 0.01
    """Share of hand-written records with the given name in kanji that only sound like it."""
    moving_share: float = 0.1
    """Share of persons who move house some time in the shop's days."""
    new_phone_share: float = 0.08
    """Share of persons who get another number."""
    new_mail_share: float = 0.12
    """Share of persons who get another mailbox."""
    telephone_order_share: float = 0.015
    """Share of guest orders that the staff take by telephone, under the staff's mailbox."""
    forwarded_mail_share: float = 0.02
    """Share of human clicks, of those that lead to no order, by somebody else than the reader."""
    restock_form_share: float = 0.06
    """Share of persons who leave their address at the form for goods out of stock."""
    household_mail_share: float = 0.15
    """Share of households of two and more that use one mail address."""
    household_phone_share: float = 0.4
    """Share of households of two and more that give one landline."""
