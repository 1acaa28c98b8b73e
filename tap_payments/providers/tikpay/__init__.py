"""Tikpay: transit fares, as report jobs. https://docs.tikpay.me/data-api/get-job-list."""

from __future__ import annotations

from tap_payments.providers.tikpay.account import Tikpay
from tap_payments.providers.tikpay.probes import PROBES
from tap_payments.providers.tikpay.streams import Customers, Payments, ReportJobs, Taps, Trips
from tap_payments.streams.provider import Provider

TIKPAY = Provider(Tikpay, (Customers, Payments, ReportJobs, Taps, Trips), PROBES)
