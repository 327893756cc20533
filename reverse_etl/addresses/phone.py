"""What counts as a mobile number of Japan before any call is made."""

import unicodedata

import phonenumbers


def jp_mobile(given: object) -> tuple[str, str | None]:
    """Give the E.164 number and no code, or nothing and the code of what is wrong with it.

    Full-width digits and national writing pass; only 070, 080 and 090 numbers take SMS.
    """
    if given is None or given == "":
        return "", "missing_phone"
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", str(given)), "JP")
    except phonenumbers.NumberParseException:
        return "", "bad_phone"
    problem = _problem(number)
    if problem:
        return "", problem
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), None


def _problem(number: phonenumbers.PhoneNumber) -> str | None:
    if number.country_code != 81:
        return "foreign_phone"
    if not phonenumbers.is_valid_number(number) or number.extension:
        return "bad_phone"
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        return "landline"
    return None if kind == phonenumbers.PhoneNumberType.MOBILE else "not_mobile"
