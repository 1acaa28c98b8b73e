"""beGateway (bePaid, eComCharge ...): card and alternative payments.

https://doc.begateway.com/en/payment_management/reports/paginated_report/.
"""

from __future__ import annotations

from tap_payments.providers.begateway.account import BeGateway
from tap_payments.providers.begateway.probes import PROBES
from tap_payments.providers.begateway.streams import Transactions
from tap_payments.streams.provider import Provider

BEGATEWAY = Provider(BeGateway, (Transactions,), PROBES)
