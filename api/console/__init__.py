"""The live console: pages without any data, whose scripts talk to this API like any other client.

So there is no second way to read or to order, nothing to escape on the server, and no cookie that
a foreign page could ride on. `static/main.js` is where to begin reading.
"""
