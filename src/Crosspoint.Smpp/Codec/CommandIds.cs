namespace Crosspoint.Smpp.Codec;

/// <summary>Questions about a command_id.</summary>
public static class CommandIds
{
    /// <summary>The bit that makes a response of a request (SMPP v3.4 §5.1.2).</summary>
    public const uint ResponseBit = 0x8000_0000;

    /// <summary>True for a response and for generic_nack.</summary>
    public static bool IsResponse(this CommandId id) => ((uint)id & ResponseBit) != 0;

    /// <summary>The response that belongs to a request; a response stays what it is.</summary>
    public static CommandId ToResponse(this CommandId id) => (CommandId)((uint)id | ResponseBit);

    /// <summary>True for the three bind requests.</summary>
    public static bool IsBind(this CommandId id) =>
        id is CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.BindTransceiver;

    /// <summary>True for an operation that the standard names, requests and responses alike.</summary>
    public static bool IsKnown(this CommandId id) => id == CommandId.GenericNack || IsKnownRequest((CommandId)((uint)id & ~ResponseBit));

    /// <summary>True for a request that must be answered: false for outbind, alert_notification, responses and unknown ids.</summary>
    public static bool IsAnswered(this CommandId id) =>
        id is not (CommandId.Outbind or CommandId.AlertNotification) && IsKnownRequest(id);

    private static bool IsKnownRequest(CommandId id) => id switch
    {
        CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.QuerySm or CommandId.SubmitSm or CommandId.DeliverSm
            or CommandId.Unbind or CommandId.ReplaceSm or CommandId.CancelSm or CommandId.BindTransceiver or CommandId.Outbind
            or CommandId.EnquireLink or CommandId.SubmitMulti or CommandId.AlertNotification or CommandId.DataSm
            or CommandId.BroadcastSm or CommandId.QueryBroadcastSm or CommandId.CancelBroadcastSm => true,
        _ => false,
    };
}
