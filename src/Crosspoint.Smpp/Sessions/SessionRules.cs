using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

/// <summary>
/// Which role may send which request in which state, and what the others are answered (SMPP v3.4 §2.3, v5.0 §2.4): one table for both
/// directions of both roles.
/// </summary>
internal static class SessionRules
{
    private const int States = 7;
    private const int Roles = 2;

    // L legal, S wrong state (RINVBNDSTS), A already bound (RALYBND), I ignored because there is no response.
    private static readonly (CommandId Operation, string FromEsme, string FromCentre)[] Table =
    [
        //                             Open Tx Rx Trx Unbound Closed Outbound, in the order of SmppSessionState
        (CommandId.BindReceiver,       "L   A  A  A   S       S      L", "S   S  S  S   S       S      S"),
        (CommandId.BindTransmitter,    "L   A  A  A   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.BindTransceiver,    "L   A  A  A   S       S      L", "S   S  S  S   S       S      S"),
        (CommandId.Outbind,            "I   I  I  I   I       I      I", "L   I  I  I   I       I      I"),
        (CommandId.Unbind,             "S   L  L  L   L       S      S", "S   L  L  L   L       S      S"),
        (CommandId.EnquireLink,        "L   L  L  L   L       S      L", "L   L  L  L   L       S      L"),
        (CommandId.SubmitSm,           "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.SubmitMulti,        "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.QuerySm,            "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.CancelSm,           "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.ReplaceSm,          "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.BroadcastSm,        "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.QueryBroadcastSm,   "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.CancelBroadcastSm,  "S   L  S  L   S       S      S", "S   S  S  S   S       S      S"),
        (CommandId.DataSm,             "S   L  S  L   S       S      S", "S   S  L  L   S       S      S"),
        (CommandId.DeliverSm,          "S   S  S  S   S       S      S", "S   S  L  L   S       S      S"),
        (CommandId.AlertNotification,  "I   I  I  I   I       I      I", "I   I  L  L   I       I      I"),
    ];

    // The operations of the standard end at 0x113: a row for each, most of them empty, is found without a search.
    private static readonly RequestVerdict[] Verdicts = Build();

    /// <summary>The verdict on a request; responses are not in question here.</summary>
    public static RequestVerdict Judge(CommandId request, SmppRole sender, SmppSessionState state)
    {
        uint row = (uint)request;
        return row <= (uint)CommandId.CancelBroadcastSm
            ? Verdicts[(((row * Roles) + (uint)sender) * States) + (uint)state]
            : RequestVerdict.Unknown;
    }

    /// <summary>
    /// True for the requests that an owner sends and serves; binds, unbind, outbind and enquire_link are the session's own.
    /// </summary>
    public static bool IsMessage(CommandId request) => request switch
    {
        CommandId.SubmitSm or CommandId.DeliverSm or CommandId.DataSm or CommandId.QuerySm or CommandId.CancelSm or CommandId.ReplaceSm
            or CommandId.SubmitMulti or CommandId.AlertNotification => true,
        _ => IsBroadcast(request),
    };

    /// <summary>True for the operations that only 5.0 knows.</summary>
    public static bool IsBroadcast(CommandId request) =>
        request is CommandId.BroadcastSm or CommandId.QueryBroadcastSm or CommandId.CancelBroadcastSm;

    private static RequestVerdict[] Build()
    {
        var verdicts = new RequestVerdict[((int)CommandId.CancelBroadcastSm + 1) * Roles * States];
        Array.Fill(verdicts, RequestVerdict.Unknown);
        foreach ((CommandId operation, string fromEsme, string fromCentre) in Table)
        {
            Fill(verdicts, operation, SmppRole.Esme, fromEsme);
            Fill(verdicts, operation, SmppRole.MessageCentre, fromCentre);
        }

        return verdicts;
    }

    private static void Fill(RequestVerdict[] verdicts, CommandId operation, SmppRole sender, string letters)
    {
        int at = (((int)operation * Roles) + (int)sender) * States;
        foreach (char letter in letters)
        {
            if (letter == ' ') continue;
            verdicts[at++] = letter switch
            {
                'L' => RequestVerdict.Legal,
                'A' => RequestVerdict.AlreadyBound,
                'I' => RequestVerdict.Ignored,
                _ => RequestVerdict.WrongState,
            };
        }
    }
}
