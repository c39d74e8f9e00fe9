namespace Crosspoint.Smpp.Codec;

/// <summary>
/// The result of an operation: field command_status (SMPP v3.4 §5.1.3). Any other 32-bit value is possible, 0x400-0x4FF is for
/// vendors.
/// </summary>
public enum CommandStatus : uint
{
    /// <summary>ESME_ROK: No error.</summary>
    Ok = 0x00000000,

    /// <summary>ESME_RINVMSGLEN: The message length is invalid.</summary>
    InvalidMessageLength = 0x00000001,

    /// <summary>ESME_RINVCMDLEN: The command length is invalid.</summary>
    InvalidCommandLength = 0x00000002,

    /// <summary>ESME_RINVCMDID: The command id is not known.</summary>
    InvalidCommandId = 0x00000003,

    /// <summary>ESME_RINVBNDSTS: The operation does not fit the bind state.</summary>
    InvalidBindStatus = 0x00000004,

    /// <summary>ESME_RALYBND: The session is bound already.</summary>
    AlreadyBound = 0x00000005,

    /// <summary>ESME_RINVPRTFLG: The priority flag is invalid.</summary>
    InvalidPriorityFlag = 0x00000006,

    /// <summary>ESME_RINVREGDLVFLG: The registered delivery flag is invalid.</summary>
    InvalidRegisteredDelivery = 0x00000007,

    /// <summary>ESME_RSYSERR: The peer failed internally.</summary>
    SystemError = 0x00000008,

    /// <summary>ESME_RINVSRCADR: The source address is invalid.</summary>
    InvalidSourceAddress = 0x0000000A,

    /// <summary>ESME_RINVDSTADR: The destination address is invalid.</summary>
    InvalidDestinationAddress = 0x0000000B,

    /// <summary>ESME_RINVMSGID: The message id is not known or invalid.</summary>
    InvalidMessageId = 0x0000000C,

    /// <summary>ESME_RBINDFAIL: The bind failed.</summary>
    BindFailed = 0x0000000D,

    /// <summary>ESME_RINVPASWD: The password is invalid.</summary>
    InvalidPassword = 0x0000000E,

    /// <summary>ESME_RINVSYSID: The system id is invalid.</summary>
    InvalidSystemId = 0x0000000F,

    /// <summary>ESME_RCANCELFAIL: cancel_sm failed.</summary>
    CancelFailed = 0x00000011,

    /// <summary>ESME_RREPLACEFAIL: replace_sm failed.</summary>
    ReplaceFailed = 0x00000013,

    /// <summary>ESME_RMSGQFUL: The message queue is full.</summary>
    MessageQueueFull = 0x00000014,

    /// <summary>ESME_RINVSERTYP: The service type is invalid.</summary>
    InvalidServiceType = 0x00000015,

    /// <summary>ESME_RINVNUMDESTS: The number of destinations is invalid.</summary>
    InvalidNumberOfDestinations = 0x00000033,

    /// <summary>ESME_RINVDLNAME: The distribution list name is invalid.</summary>
    InvalidDistributionListName = 0x00000034,

    /// <summary>ESME_RINVDESTFLAG: The destination flag is invalid.</summary>
    InvalidDestinationFlag = 0x00000040,

    /// <summary>ESME_RINVSUBREP: Submit with replace is not supported or not allowed.</summary>
    InvalidSubmitWithReplace = 0x00000042,

    /// <summary>ESME_RINVESMCLASS: The esm_class is invalid.</summary>
    InvalidEsmClass = 0x00000043,

    /// <summary>ESME_RCNTSUBDL: The message cannot be submitted to the distribution list.</summary>
    CannotSubmitToDistributionList = 0x00000044,

    /// <summary>ESME_RSUBMITFAIL: submit_sm or submit_multi failed.</summary>
    SubmitFailed = 0x00000045,

    /// <summary>ESME_RINVSRCTON: The source type of number is invalid.</summary>
    InvalidSourceTon = 0x00000048,

    /// <summary>ESME_RINVSRCNPI: The source numbering plan is invalid.</summary>
    InvalidSourceNpi = 0x00000049,

    /// <summary>ESME_RINVDSTTON: The destination type of number is invalid.</summary>
    InvalidDestinationTon = 0x00000050,

    /// <summary>ESME_RINVDSTNPI: The destination numbering plan is invalid.</summary>
    InvalidDestinationNpi = 0x00000051,

    /// <summary>ESME_RINVSYSTYP: The system type is invalid.</summary>
    InvalidSystemType = 0x00000053,

    /// <summary>ESME_RINVREPFLAG: The replace_if_present flag is invalid.</summary>
    InvalidReplaceIfPresentFlag = 0x00000054,

    /// <summary>ESME_RINVNUMMSGS: The number of messages is invalid.</summary>
    InvalidNumberOfMessages = 0x00000055,

    /// <summary>ESME_RTHROTTLED: The sender is over its allowed rate.</summary>
    Throttled = 0x00000058,

    /// <summary>ESME_RINVSCHED: The scheduled delivery time is invalid.</summary>
    InvalidScheduleTime = 0x00000061,

    /// <summary>ESME_RINVEXPIRY: The validity period is invalid.</summary>
    InvalidExpiryTime = 0x00000062,

    /// <summary>ESME_RINVDFTMSGID: The predefined message id is invalid or not found.</summary>
    InvalidDefaultMessageId = 0x00000063,

    /// <summary>ESME_RX_T_APPN: The receiver has a temporary error: send again later.</summary>
    ReceiverTemporaryError = 0x00000064,

    /// <summary>ESME_RX_P_APPN: The receiver has a permanent error.</summary>
    ReceiverPermanentError = 0x00000065,

    /// <summary>ESME_RX_R_APPN: The receiver rejects the message.</summary>
    ReceiverRejected = 0x00000066,

    /// <summary>ESME_RQUERYFAIL: query_sm failed.</summary>
    QueryFailed = 0x00000067,

    /// <summary>ESME_RINVTLVSTREAM: The optional part of the body is broken.</summary>
    InvalidTlvStream = 0x000000C0,

    /// <summary>ESME_RTLVNOTALLWD: A TLV is not allowed here.</summary>
    TlvNotAllowed = 0x000000C1,

    /// <summary>ESME_RINVTLVLEN: A TLV has a wrong length.</summary>
    InvalidTlvLength = 0x000000C2,

    /// <summary>ESME_RMISSINGTLV: A required TLV is missing.</summary>
    MissingTlv = 0x000000C3,

    /// <summary>ESME_RINVTLVVAL: A TLV has an invalid value.</summary>
    InvalidTlvValue = 0x000000C4,

    /// <summary>ESME_RDELIVERYFAILURE: The delivery failed (data_sm_resp, transaction mode).</summary>
    DeliveryFailure = 0x000000FE,

    /// <summary>ESME_RUNKNOWNERR: An error without a better name.</summary>
    UnknownError = 0x000000FF,

    /// <summary>ESME_RSERTYPUNAUTH: The sender may not use the service type (5.0).</summary>
    ServiceTypeUnauthorised = 0x00000100,

    /// <summary>ESME_RPROHIBITED: The sender may not use the operation (5.0).</summary>
    Prohibited = 0x00000101,

    /// <summary>ESME_RSERTYPUNAVAIL: The service type is not available now (5.0).</summary>
    ServiceTypeUnavailable = 0x00000102,

    /// <summary>ESME_RSERTYPDENIED: The service type is denied (5.0).</summary>
    ServiceTypeDenied = 0x00000103,

    /// <summary>ESME_RINVDCS: The data coding is invalid (5.0).</summary>
    InvalidDataCoding = 0x00000104,

    /// <summary>ESME_RINVSRCADDRSUBUNIT: The source address subunit is invalid (5.0).</summary>
    InvalidSourceAddressSubunit = 0x00000105,

    /// <summary>ESME_RINVDSTADDRSUBUNIT: The destination address subunit is invalid (5.0).</summary>
    InvalidDestinationAddressSubunit = 0x00000106,

    /// <summary>ESME_RINVBCASTFREQINT: The broadcast frequency interval is invalid (5.0).</summary>
    InvalidBroadcastFrequency = 0x00000107,

    /// <summary>ESME_RINVBCASTALIAS_NAME: The broadcast alias name is invalid (5.0).</summary>
    InvalidBroadcastAlias = 0x00000108,

    /// <summary>ESME_RINVBCASTAREAFMT: The broadcast area format is invalid (5.0).</summary>
    InvalidBroadcastAreaFormat = 0x00000109,

    /// <summary>ESME_RINVNUMBCAST_AREAS: The number of broadcast areas is invalid (5.0).</summary>
    InvalidNumberOfBroadcastAreas = 0x0000010A,

    /// <summary>ESME_RINVBCASTCNTTYPE: The broadcast content type is invalid (5.0).</summary>
    InvalidBroadcastContentType = 0x0000010B,

    /// <summary>ESME_RINVBCASTMSGCLASS: The broadcast message class is invalid (5.0).</summary>
    InvalidBroadcastMessageClass = 0x0000010C,

    /// <summary>ESME_RBCASTFAIL: broadcast_sm failed (5.0).</summary>
    BroadcastFailed = 0x0000010D,

    /// <summary>ESME_RBCASTQUERYFAIL: query_broadcast_sm failed (5.0).</summary>
    BroadcastQueryFailed = 0x0000010E,

    /// <summary>ESME_RBCASTCANCELFAIL: cancel_broadcast_sm failed (5.0).</summary>
    BroadcastCancelFailed = 0x0000010F,

    /// <summary>ESME_RINVBCAST_REP: The number of repeated broadcasts is invalid (5.0).</summary>
    InvalidBroadcastRepetitions = 0x00000110,

    /// <summary>ESME_RINVBCASTSRVGRP: The broadcast service group is invalid (5.0).</summary>
    InvalidBroadcastServiceGroup = 0x00000111,

    /// <summary>ESME_RINVBCASTCHANIND: The broadcast channel indicator is invalid (5.0).</summary>
    InvalidBroadcastChannel = 0x00000112,
}
