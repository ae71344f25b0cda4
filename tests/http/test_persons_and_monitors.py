"""Over HTTP: what the key of a monitor may do, and what takes one person or two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.banks import CARD, MOBILE, RESIDENT_ID, new_world
from tests.http.live import serving
from tests.http.small import Small
from tests.standard import referring
from twinline.adapters.http.server import application
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Scope
from twinline.app.bank.strategy_underwriting import StrategyUnderwriting

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION = {"name": "张三", "resident_id": RESIDENT_ID, "mobile": MOBILE, "card": CARD}
GROUNDS = {"code": "PAYSLIPS_SEEN", "zh": "已核实收入", "en": "payslips were seen"}
GRANT = {"pay_later_limit": "3000", "cash_loan_limit": "0", "joint_limit": "3000"}
STOP = {
    "stop_id": "capital",
    "cause": "regulatory",
    "reason": "CAPITAL_SHORT",
    "figure": "capital_adequacy",
    "seen": "0.0795",
    "threshold": "0.105",
    "ends_when": "capital adequacy is 10.5 % again",
}


@pytest.fixture(scope="module")
def small() -> Small:
    """Return what holds the keys."""
    return Small()


@pytest.fixture(scope="module")
def address(small: Small) -> Iterator[str]:
    """Yield where the bank is, with a strategy that refers some."""
    bank = new_world().bank
    bank = replace(bank, underwriting=StrategyUnderwriting(referring(), bank.law))
    with serving(application(small.service(bank, CATALOGUE))) as address:
        yield address


class Caller:
    """Who calls with a key of its own, each time under a new idempotency key."""

    def __init__(self, address: str, small: Small, client: str, *scopes: Scope) -> None:
        """Make the key."""
        self.authorization = f"Bearer {small.key(client, *scopes)}"
        self._address, self._client, self._keys = address, client, 0

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return what is read, which is no refusal."""
        headers = {"Authorization": self.authorization}
        answer = httpx.get(f"{self._address}/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(
        self, path: str, body: dict[str, Any], second: Caller | None = None
    ) -> httpx.Response:
        """Return the answer to a request that a second person may have agreed to."""
        self._keys += 1
        headers = {
            "Authorization": self.authorization,
            "Idempotency-Key": f"{self._client}-{self._keys}",
        }
        if second is not None:
            headers["Second-Authorization"] = second.authorization
        return httpx.post(f"{self._address}/v1/{path}", json=body, headers=headers)


def test_a_monitors_key_stops_lending_and_nothing_else(address: str, small: Small) -> None:
    """It sets its stop alone; it neither lifts one nor agrees to that; two persons do."""
    monitor = Caller(address, small, "capital-monitor", Scope.MONITORING)
    desk = Caller(address, small, "desk", Scope.OPERATING, Scope.READING)
    chief = Caller(address, small, "chief", Scope.OPERATING)

    answer = monitor.post("monitor-stops", STOP)
    assert (answer.status_code, answer.json()["stops"][0]["set_as"]) == (201, "monitor")
    lift = "lending-stops/capital/lift"
    assert monitor.post(lift, {}, desk).json()["reason"] == "scope_missing"
    assert desk.post(lift, {}, monitor).json()["reason"] == "second_person_missing"
    assert desk.post("monitor-stops", STOP).json()["reason"] == "scope_missing"
    assert desk.post(lift, {}).json()["reason"] == "second_person_missing"
    (listed,) = desk.get("lending-stops")["stops"]
    assert (listed["set_by"], listed["seen"]) == ("capital-monitor", "0.0795")
    assert desk.post(lift, {}, chief).status_code == 200
    assert desk.get("lending-stops")["stops"] == []


def test_a_referral_is_granted_by_two_and_accepted(address: str, small: Small) -> None:
    """It stands in the list with its deadline, until it is an offer like any other."""
    officer, chief = (Caller(address, small, name, Scope.OPENING) for name in ("officer", "head"))
    applied = officer.post("applications", {**APPLICATION, "lenders_elsewhere": 3}).json()
    assert applied["state"] == "referred"
    (waiting,) = officer.get("referrals?count=10")["referrals"]
    assert waiting["application_id"] == applied["application_id"]
    assert waiting["decide_by"] > waiting["applied_on"]

    approval = f"referrals/{applied['application_id']}/approval"
    body = {**GRANT, "grounds": GROUNDS}
    assert officer.post(approval, body).json()["reason"] == "second_person_missing"
    assert officer.post(approval, body, chief).json()["state"] == "approved"
    assert officer.get("referrals")["referrals"] == []
    acceptance = f"applications/{applied['application_id']}/acceptance"
    (line,) = officer.post(acceptance, {}).json()["lines"]
    assert line["base_limit"] == "3000.00"
