"""Functions that are called with every session, and the user agent of a session."""

import boto3
import botocore
import botocore.session

sessions = []


def initialize(session):
    sessions.append(type(session).__name__)
    session.register("before-send.sts", show)
    session.user_agent_extra = "water/1"


def show(request, **kwargs):
    agent = request.headers["User-Agent"]
    agent = agent.decode() if isinstance(agent, bytes) else agent
    print([word for word in agent.split() if word.startswith(("water", "river", "barge"))])


def call(client):
    print(client.get_caller_identity()["Account"], sessions)


botocore.register_initializer(initialize)
session = boto3.Session()
call(session.client("sts"))
session._session.user_agent_extra += " river/2"
call(session.client("sts"))
below = botocore.session.get_session()
below.user_agent_extra += " barge/3"
call(below.create_client("sts"))
above = boto3.Session(botocore_session=below)
call(above.client("sts"))
# A hook that is registered below counts above, once.
below.register("before-send.sts", lambda request, **kwargs: print("registered below"))
call(above.client("sts"))
call(below.create_client("sts"))
botocore.unregister_initializer(initialize)
boto3.Session().client("sts").get_caller_identity()
print(len(sessions))
