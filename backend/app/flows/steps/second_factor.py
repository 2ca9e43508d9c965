"""What is shown beside a password: the code of an authenticator (TOTP, RFC 6238), or a recovery code."""

from datetime import datetime

import pyotp

from app.core.secret_box import SecretBox
from app.core.security import sha256_hex
from app.services import Services
from app.services.second_factor_service import SecondFactor

ISSUER = "Dojang"
# RFC 6238 5.2: one step before and after, for a phone whose clock is a little off
STEPS = (0, -1, 1)


def new_totp_secret() -> str:
    """160 random bits in base32, as authenticators take them."""
    return pyotp.random_base32()


def totp_uri(secret: str, login: str) -> str:
    """What the QR code of an authenticator says."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def stored_code(typed: str) -> str:
    """A recovery code as it is stored and compared, however it was typed."""
    return sha256_hex("recovery:" + "".join(letter for letter in typed.upper() if letter.isalnum()))


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The 30 seconds whose code this is, near `now`; None for any other text."""
    digits = "".join(typed.split())
    totp = pyotp.TOTP(secret)
    for offset in STEPS:
        step = totp.timecode(now) + offset
        if pyotp.utils.strings_equal(totp.generate_otp(step), digits):
            return step
    return None


async def accept_code(keepers: Services, box: SecretBox, factor: SecondFactor, typed: str, *, now: datetime) -> bool:
    """Whether this code proves the second factor, which it does once. The operator is locked; `now` is of tokens."""
    step = step_of(box.open(factor.secret), typed, now)
    if step is not None and step > factor.last_step:
        await keepers.second_factor.use_step(factor.staff_id, step)
        return True
    return await keepers.second_factor.use_recovery_code(factor.staff_id, stored_code(typed), now=now)
