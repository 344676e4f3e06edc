"""The HTTP service for programs, an ASGI application that `app.server` puts before the page.

A request passes `headers`, `front` and, where origins are named, `cross_origin`. It is routed by
`service`, admitted by `rate_limiter` and `in_flight` for its `client`, received by `body`, and read
by `reader`: strokes through `ink` and the `micro_batcher`, pictures through `picture_body`.
`schemas` and `codes` define requests and answers, `errors` answers exceptions, and `openapi`
describes it all.

May import `app.recognizer` and what is below it, except `app.segmentation`; never `app.page`.
"""
