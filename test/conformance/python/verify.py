"""Verifies webhooks as a host application in Python does.

Reads a JSON array of {secret, headers, body} from standard input, `body` in base64, and writes an array of what each package
makes of each: {svix, standardwebhooks}, the event's id or null where the package refuses the message.
"""

import base64
import json
import sys

import standardwebhooks
import svix


def verify(package, message):
    try:
        body = base64.b64decode(message["body"])
        return package.Webhook(message["secret"]).verify(body, message["headers"])["id"]
    except package.WebhookVerificationError:
        return None


json.dump(
    [
        {"svix": verify(svix.webhooks, message), "standardwebhooks": verify(standardwebhooks.webhooks, message)}
        for message in json.load(sys.stdin)
    ],
    sys.stdout,
)
