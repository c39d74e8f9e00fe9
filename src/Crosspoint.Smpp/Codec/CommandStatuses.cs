using System.Globalization;

namespace Crosspoint.Smpp.Codec;

/// <summary>Names of command_status values as the standard spells them.</summary>
public static class CommandStatuses
{
    /// <summary>
    /// The status to send to a peer: one that came with 5.0 is replaced, for older peers, by the nearest one of 3.4. Those that say "never
    /// again" stay of that kind. Values of vendors, and all of 3.4, stay.
    /// </summary>
    /// <param name="status">Any 32-bit value.</param>
    /// <param name="interfaceVersion">The version in use with the peer, for example 0x34.</param>
    public static CommandStatus ForVersion(CommandStatus status, byte interfaceVersion)
    {
        if (interfaceVersion >= 0x50 || status is < CommandStatus.ServiceTypeUnauthorised or > CommandStatus.InvalidBroadcastChannel)
        {
            return status;
        }

        return status switch
        {
            CommandStatus.ServiceTypeUnauthorised or CommandStatus.ServiceTypeDenied => CommandStatus.InvalidServiceType,
            CommandStatus.ServiceTypeUnavailable => CommandStatus.SystemError,
            CommandStatus.InvalidSourceAddressSubunit => CommandStatus.InvalidSourceAddress,
            CommandStatus.InvalidDestinationAddressSubunit => CommandStatus.InvalidDestinationAddress,
            CommandStatus.BroadcastFailed => CommandStatus.SubmitFailed,
            CommandStatus.BroadcastQueryFailed => CommandStatus.QueryFailed,
            CommandStatus.BroadcastCancelFailed => CommandStatus.CancelFailed,

            // RPROHIBITED, RINVDCS and the fields of a broadcast: 3.4 has no word for them.
            _ => CommandStatus.UnknownError,
        };
    }

    /// <summary>The standard's name of a status.</summary>
    /// <param name="status">Any 32-bit value.</param>
    /// <returns>For example <c>ESME_RTHROTTLED</c>; <c>0x00000499</c> for a value that the standard does not name.</returns>
    public static string Name(CommandStatus status) => status switch
    {
        CommandStatus.Ok => "ESME_ROK",
        CommandStatus.InvalidMessageLength => "ESME_RINVMSGLEN",
        CommandStatus.InvalidCommandLength => "ESME_RINVCMDLEN",
        CommandStatus.InvalidCommandId => "ESME_RINVCMDID",
        CommandStatus.InvalidBindStatus => "ESME_RINVBNDSTS",
        CommandStatus.AlreadyBound => "ESME_RALYBND",
        CommandStatus.InvalidPriorityFlag => "ESME_RINVPRTFLG",
        CommandStatus.InvalidRegisteredDelivery => "ESME_RINVREGDLVFLG",
        CommandStatus.SystemError => "ESME_RSYSERR",
        CommandStatus.InvalidSourceAddress => "ESME_RINVSRCADR",
        CommandStatus.InvalidDestinationAddress => "ESME_RINVDSTADR",
        CommandStatus.InvalidMessageId => "ESME_RINVMSGID",
        CommandStatus.BindFailed => "ESME_RBINDFAIL",
        CommandStatus.InvalidPassword => "ESME_RINVPASWD",
        CommandStatus.InvalidSystemId => "ESME_RINVSYSID",
        CommandStatus.CancelFailed => "ESME_RCANCELFAIL",
        CommandStatus.ReplaceFailed => "ESME_RREPLACEFAIL",
        CommandStatus.MessageQueueFull => "ESME_RMSGQFUL",
        CommandStatus.InvalidServiceType => "ESME_RINVSERTYP",
        CommandStatus.InvalidNumberOfDestinations => "ESME_RINVNUMDESTS",
        CommandStatus.InvalidDistributionListName => "ESME_RINVDLNAME",
        CommandStatus.InvalidDestinationFlag => "ESME_RINVDESTFLAG",
        CommandStatus.InvalidSubmitWithReplace => "ESME_RINVSUBREP",
        CommandStatus.InvalidEsmClass => "ESME_RINVESMCLASS",
        CommandStatus.CannotSubmitToDistributionList => "ESME_RCNTSUBDL",
        CommandStatus.SubmitFailed => "ESME_RSUBMITFAIL",
        CommandStatus.InvalidSourceTon => "ESME_RINVSRCTON",
        CommandStatus.InvalidSourceNpi => "ESME_RINVSRCNPI",
        CommandStatus.InvalidDestinationTon => "ESME_RINVDSTTON",
        CommandStatus.InvalidDestinationNpi => "ESME_RINVDSTNPI",
        CommandStatus.InvalidSystemType => "ESME_RINVSYSTYP",
        CommandStatus.InvalidReplaceIfPresentFlag => "ESME_RINVREPFLAG",
        CommandStatus.InvalidNumberOfMessages => "ESME_RINVNUMMSGS",
        CommandStatus.Throttled => "ESME_RTHROTTLED",
        CommandStatus.InvalidScheduleTime => "ESME_RINVSCHED",
        CommandStatus.InvalidExpiryTime => "ESME_RINVEXPIRY",
        CommandStatus.InvalidDefaultMessageId => "ESME_RINVDFTMSGID",
        CommandStatus.ReceiverTemporaryError => "ESME_RX_T_APPN",
        CommandStatus.ReceiverPermanentError => "ESME_RX_P_APPN",
        CommandStatus.ReceiverRejected => "ESME_RX_R_APPN",
        CommandStatus.QueryFailed => "ESME_RQUERYFAIL",
        CommandStatus.InvalidTlvStream => "ESME_RINVTLVSTREAM",
        CommandStatus.TlvNotAllowed => "ESME_RTLVNOTALLWD",
        CommandStatus.InvalidTlvLength => "ESME_RINVTLVLEN",
        CommandStatus.MissingTlv => "ESME_RMISSINGTLV",
        CommandStatus.InvalidTlvValue => "ESME_RINVTLVVAL",
        CommandStatus.DeliveryFailure => "ESME_RDELIVERYFAILURE",
        CommandStatus.UnknownError => "ESME_RUNKNOWNERR",
        CommandStatus.ServiceTypeUnauthorised => "ESME_RSERTYPUNAUTH",
        CommandStatus.Prohibited => "ESME_RPROHIBITED",
        CommandStatus.ServiceTypeUnavailable => "ESME_RSERTYPUNAVAIL",
        CommandStatus.ServiceTypeDenied => "ESME_RSERTYPDENIED",
        CommandStatus.InvalidDataCoding => "ESME_RINVDCS",
        CommandStatus.InvalidSourceAddressSubunit => "ESME_RINVSRCADDRSUBUNIT",
        CommandStatus.InvalidDestinationAddressSubunit => "ESME_RINVDSTADDRSUBUNIT",
        CommandStatus.InvalidBroadcastFrequency => "ESME_RINVBCASTFREQINT",
        CommandStatus.InvalidBroadcastAlias => "ESME_RINVBCASTALIAS_NAME",
        CommandStatus.InvalidBroadcastAreaFormat => "ESME_RINVBCASTAREAFMT",
        CommandStatus.InvalidNumberOfBroadcastAreas => "ESME_RINVNUMBCAST_AREAS",
        CommandStatus.InvalidBroadcastContentType => "ESME_RINVBCASTCNTTYPE",
        CommandStatus.InvalidBroadcastMessageClass => "ESME_RINVBCASTMSGCLASS",
        CommandStatus.BroadcastFailed => "ESME_RBCASTFAIL",
        CommandStatus.BroadcastQueryFailed => "ESME_RBCASTQUERYFAIL",
        CommandStatus.BroadcastCancelFailed => "ESME_RBCASTCANCELFAIL",
        CommandStatus.InvalidBroadcastRepetitions => "ESME_RINVBCAST_REP",
        CommandStatus.InvalidBroadcastServiceGroup => "ESME_RINVBCASTSRVGRP",
        CommandStatus.InvalidBroadcastChannel => "ESME_RINVBCASTCHANIND",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{(uint)status:X8}"),
    };
}
