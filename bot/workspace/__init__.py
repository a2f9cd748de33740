"""A Slack workspace on this machine: the real protocol on loopback, a page that looks like Slack, people who act.

The unmodified bot connects with slack_sdk's own HTTP and WebSocket clients. Imports `bot.blockkit` and the web server,
nothing else of the house, and never `slack_sdk`: what it says on the wire is written here once more, on purpose.

- records, manifest, state   who and what is in the workspace
- threads, hours             what the app says of its work; what time brings by itself
- payloads, sockets          what the app is told, how it reaches the app
- faults, limits             what goes wrong on the way, how often the app may call
- requests, consent          the other way to reach it, by signed HTTP; how somebody lets it in
- methods/                   the Web API, one module per family; a new method is one decorated function
- blocks, forms, replies     what is in blocks, what people enter, what the app answers to a click, a command, a form
- onlooker, person           what a user sees and waits for; acts as one
- page, acts, web, server    the browser page, what it may do, the routes, `LocalSlack` that runs it all
"""

from bot.workspace.person import Person
from bot.workspace.records import Channel, Delivery, Json, Member, Message, View
from bot.workspace.server import LocalSlack

__all__ = ["Channel", "Delivery", "Json", "LocalSlack", "Member", "Message", "Person", "View"]
