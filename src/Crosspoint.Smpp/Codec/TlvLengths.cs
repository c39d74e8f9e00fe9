namespace Crosspoint.Smpp.Codec;

/// <summary>What lengths the standard allows for the value of each tag.</summary>
internal static class TlvLengths
{
    /// <summary>
    /// True when the length is one that the standard, or wide practice, allows. Tags that the standard does not name pass.
    /// </summary>
    public static bool IsAllowed(TlvTag tag, int length) => tag switch
    {
        TlvTag.DestAddrSubunit or TlvTag.DestNetworkType or TlvTag.DestBearerType or TlvTag.SourceAddrSubunit
            or TlvTag.SourceNetworkType or TlvTag.SourceBearerType or TlvTag.PayloadType or TlvTag.MsMsgWaitFacilities
            or TlvTag.PrivacyIndicator or TlvTag.UserResponseCode or TlvTag.LanguageIndicator or TlvTag.SarTotalSegments
            or TlvTag.SarSegmentSeqnum or TlvTag.ScInterfaceVersion or TlvTag.CallbackNumPresInd or TlvTag.NumberOfMessages
            or TlvTag.DpfResult or TlvTag.SetDpf or TlvTag.MsAvailabilityStatus or TlvTag.DeliveryFailureReason
            or TlvTag.MoreMessagesToSend or TlvTag.MessageState or TlvTag.CongestionState or TlvTag.UssdServiceOp
            or TlvTag.BroadcastChannelIndicator or TlvTag.BroadcastMessageClass or TlvTag.BroadcastAreaSuccess
            or TlvTag.DestAddrNpResolution or TlvTag.DisplayTime or TlvTag.ItsReplyType => length == 1,
        TlvTag.DestTelematicsId or TlvTag.SourceTelematicsId => length is >= 1 and <= 2,
        TlvTag.QosTimeToLive or TlvTag.BroadcastErrorStatus => length == 4,
        TlvTag.AdditionalStatusInfoText => length <= 256,
        TlvTag.ReceiptedMessageId or TlvTag.CallbackNumAtag or TlvTag.SourceNetworkId or TlvTag.DestNetworkId => length <= 65,
        TlvTag.SourceSubaddress or TlvTag.DestSubaddress => length <= 23,
        TlvTag.UserMessageReference or TlvTag.SourcePort or TlvTag.DestinationPort or TlvTag.SarMsgRefNum or TlvTag.BroadcastRepNum
            or TlvTag.SmsSignal or TlvTag.ItsSessionInfo => length == 2,
        TlvTag.NetworkErrorCode or TlvTag.BroadcastContentType or TlvTag.BroadcastFrequencyInterval => length == 3,
        TlvTag.BroadcastContentTypeInfo or TlvTag.BroadcastServiceGroup => length <= 255,
        TlvTag.BroadcastEndTime => length <= 17,
        TlvTag.BillingIdentification => length <= 1024,
        TlvTag.SourceNodeId or TlvTag.DestNodeId => length == 6,
        TlvTag.DestAddrNpInformation => length <= 10,
        TlvTag.DestAddrNpCountry => length <= 5,
        TlvTag.MsValidity => length is >= 1 and <= 4,
        TlvTag.AlertOnMessageDelivery => length <= 1,
        _ => true,
    };
}
