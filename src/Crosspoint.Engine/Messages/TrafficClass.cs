namespace Crosspoint.Engine.Messages;

/// <summary>Priority, routing and compliance depend on it. The numbers are stored.</summary>
public enum TrafficClass : byte
{
    Transactional = 0,
    Otp = 1,
    Marketing = 2,
}

public enum MessageDirection : byte
{
    OutboundApi = 0,
    OutboundReply = 1,
    Inbound = 2,
}

/// <summary>The dialect in which a message's application is called back.</summary>
public enum CallbackForm : byte
{
    /// <summary>JSON with Standard Webhooks headers.</summary>
    Native = 0,

    /// <summary>Form fields with <c>X-Twilio-Signature</c>.</summary>
    Twilio = 1,
}
