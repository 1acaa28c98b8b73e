"""The same streams as an Airbyte source: another spelling of what the tap says.

Nothing of Airbyte is needed to run it. https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol.
"""
