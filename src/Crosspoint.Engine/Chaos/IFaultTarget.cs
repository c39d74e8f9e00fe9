using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Chaos;

/// <summary>What experiments need of the engine. Thread-safe.</summary>
public interface IFaultTarget
{
    /// <summary>The options of a connection that takes traffic; null when there is none of the name.</summary>
    ConnectionOptions? FindConnection(string name);

    /// <summary>Lets a connection show a fault, or none. False when it is not there.</summary>
    bool TryInject(string connection, InjectedFault? fault);

    /// <summary>Whether a message could go by another connection now.</summary>
    bool HasAlternative(MessageHead head, string connection);

    /// <summary>Whether the plan sends by another connection that is up.</summary>
    bool HasOther(string connection);

    Destination DestinationOf(MessageHead head);
}
