using System.Collections.Frozen;

namespace Crosspoint.Smpp.Codec;

/// <summary>Every TLV of SMPP 3.4 (§5.3.2) and 5.0 (§4.8.4): name, kind, lengths, version.</summary>
public static class TlvDefinitions
{
    private const byte V50 = 0x50;
    private const int TableEnd = 0x1400;

    private static readonly TlvDefinition[] Table =
    [
        new(TlvTag.DestAddrSubunit, "dest_addr_subunit", TlvKind.Byte),
        new(TlvTag.DestNetworkType, "dest_network_type", TlvKind.Byte),
        new(TlvTag.DestBearerType, "dest_bearer_type", TlvKind.Byte),
        new(TlvTag.DestTelematicsId, "dest_telematics_id", TlvKind.UInt16) { MinLength = 1, MaxLength = 2 },
        new(TlvTag.SourceAddrSubunit, "source_addr_subunit", TlvKind.Byte),
        new(TlvTag.SourceNetworkType, "source_network_type", TlvKind.Byte),
        new(TlvTag.SourceBearerType, "source_bearer_type", TlvKind.Byte),
        new(TlvTag.SourceTelematicsId, "source_telematics_id", TlvKind.Byte) { MinLength = 1, MaxLength = 2 },
        new(TlvTag.QosTimeToLive, "qos_time_to_live", TlvKind.UInt32),
        new(TlvTag.PayloadType, "payload_type", TlvKind.Byte),
        new(TlvTag.AdditionalStatusInfoText, "additional_status_info_text", TlvKind.CString) { MaxLength = 256 },
        new(TlvTag.ReceiptedMessageId, "receipted_message_id", TlvKind.CString) { MaxLength = 65 },
        new(TlvTag.MsMsgWaitFacilities, "ms_msg_wait_facilities", TlvKind.Byte),
        new(TlvTag.PrivacyIndicator, "privacy_indicator", TlvKind.Byte),
        new(TlvTag.SourceSubaddress, "source_subaddress", TlvKind.Octets) { MinLength = 2, MaxLength = 23 },
        new(TlvTag.DestSubaddress, "dest_subaddress", TlvKind.Octets) { MinLength = 2, MaxLength = 23 },
        new(TlvTag.UserMessageReference, "user_message_reference", TlvKind.UInt16),
        new(TlvTag.UserResponseCode, "user_response_code", TlvKind.Byte),
        new(TlvTag.SourcePort, "source_port", TlvKind.UInt16),
        new(TlvTag.DestinationPort, "destination_port", TlvKind.UInt16),
        new(TlvTag.SarMsgRefNum, "sar_msg_ref_num", TlvKind.UInt16),
        new(TlvTag.LanguageIndicator, "language_indicator", TlvKind.Byte),
        new(TlvTag.SarTotalSegments, "sar_total_segments", TlvKind.Byte),
        new(TlvTag.SarSegmentSeqnum, "sar_segment_seqnum", TlvKind.Byte),
        new(TlvTag.ScInterfaceVersion, "sc_interface_version", TlvKind.Byte),
        new(TlvTag.CallbackNumPresInd, "callback_num_pres_ind", TlvKind.Byte) { MayRepeat = true },
        new(TlvTag.CallbackNumAtag, "callback_num_atag", TlvKind.Octets) { MaxLength = 65, MayRepeat = true },
        new(TlvTag.NumberOfMessages, "number_of_messages", TlvKind.Byte),
        new(TlvTag.CallbackNum, "callback_num", TlvKind.Octets) { MinLength = 4, MaxLength = 19, MayRepeat = true },
        new(TlvTag.DpfResult, "dpf_result", TlvKind.Byte),
        new(TlvTag.SetDpf, "set_dpf", TlvKind.Byte),
        new(TlvTag.MsAvailabilityStatus, "ms_availability_status", TlvKind.Byte),
        new(TlvTag.NetworkErrorCode, "network_error_code", TlvKind.Octets) { MinLength = 3, MaxLength = 3 },
        new(TlvTag.MessagePayload, "message_payload", TlvKind.Octets),
        new(TlvTag.DeliveryFailureReason, "delivery_failure_reason", TlvKind.Byte),
        new(TlvTag.MoreMessagesToSend, "more_messages_to_send", TlvKind.Byte),
        new(TlvTag.MessageState, "message_state", TlvKind.Byte),
        new(TlvTag.CongestionState, "congestion_state", TlvKind.Byte) { SinceVersion = V50 },
        new(TlvTag.UssdServiceOp, "ussd_service_op", TlvKind.Byte),
        new(TlvTag.BroadcastChannelIndicator, "broadcast_channel_indicator", TlvKind.Byte) { SinceVersion = V50 },
        new(TlvTag.BroadcastContentType, "broadcast_content_type", TlvKind.Octets) { MinLength = 3, MaxLength = 3, SinceVersion = V50 },
        new(TlvTag.BroadcastContentTypeInfo, "broadcast_content_type_info", TlvKind.Octets) { MaxLength = 255, SinceVersion = V50 },
        new(TlvTag.BroadcastMessageClass, "broadcast_message_class", TlvKind.Byte) { SinceVersion = V50 },
        new(TlvTag.BroadcastRepNum, "broadcast_rep_num", TlvKind.UInt16) { SinceVersion = V50 },
        new(TlvTag.BroadcastFrequencyInterval, "broadcast_frequency_interval", TlvKind.Octets)
        {
            MinLength = 3, MaxLength = 3, SinceVersion = V50,
        },
        new(TlvTag.BroadcastAreaIdentifier, "broadcast_area_identifier", TlvKind.Octets)
        {
            MinLength = 1, SinceVersion = V50, MayRepeat = true,
        },
        new(TlvTag.BroadcastErrorStatus, "broadcast_error_status", TlvKind.UInt32) { SinceVersion = V50, MayRepeat = true },
        new(TlvTag.BroadcastAreaSuccess, "broadcast_area_success", TlvKind.Byte) { SinceVersion = V50, MayRepeat = true },
        new(TlvTag.BroadcastEndTime, "broadcast_end_time", TlvKind.CString) { MaxLength = 17, SinceVersion = V50 },
        new(TlvTag.BroadcastServiceGroup, "broadcast_service_group", TlvKind.Octets) { MaxLength = 255, SinceVersion = V50 },
        new(TlvTag.BillingIdentification, "billing_identification", TlvKind.Octets) { MaxLength = 1024, SinceVersion = V50 },
        new(TlvTag.SourceNetworkId, "source_network_id", TlvKind.CString) { MaxLength = 65, SinceVersion = V50 },
        new(TlvTag.DestNetworkId, "dest_network_id", TlvKind.CString) { MaxLength = 65, SinceVersion = V50 },
        new(TlvTag.SourceNodeId, "source_node_id", TlvKind.Octets) { MinLength = 6, MaxLength = 6, SinceVersion = V50 },
        new(TlvTag.DestNodeId, "dest_node_id", TlvKind.Octets) { MinLength = 6, MaxLength = 6, SinceVersion = V50 },
        new(TlvTag.DestAddrNpResolution, "dest_addr_np_resolution", TlvKind.Byte) { SinceVersion = V50 },
        new(TlvTag.DestAddrNpInformation, "dest_addr_np_information", TlvKind.Octets) { MaxLength = 10, SinceVersion = V50 },
        new(TlvTag.DestAddrNpCountry, "dest_addr_np_country", TlvKind.Octets) { MaxLength = 5, SinceVersion = V50 },
        new(TlvTag.DisplayTime, "display_time", TlvKind.Byte),
        new(TlvTag.SmsSignal, "sms_signal", TlvKind.UInt16),
        new(TlvTag.MsValidity, "ms_validity", TlvKind.Octets) { MinLength = 1, MaxLength = 4 },
        new(TlvTag.AlertOnMessageDelivery, "alert_on_message_delivery", TlvKind.Octets) { MaxLength = 1 },
        new(TlvTag.ItsReplyType, "its_reply_type", TlvKind.Byte),
        new(TlvTag.ItsSessionInfo, "its_session_info", TlvKind.Octets) { MinLength = 2, MaxLength = 2 },
    ];

    // All standard tags lie below the vendors' range: one octet for each finds its row, with 0 for none.
    private static readonly byte[] Rows = BuildRows();

    private static readonly FrozenDictionary<string, TlvDefinition> ByName =
        Table.ToFrozenDictionary(definition => definition.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly (ushort Least, ushort Most)[] Accepted = [.. Table.Select(Accept)];

    /// <summary>All of them, in the order of their tags.</summary>
    public static IReadOnlyList<TlvDefinition> All { get; } = Array.AsReadOnly(Table);

    /// <summary>The definition of a tag; null when the standard has none.</summary>
    public static TlvDefinition? Find(TlvTag tag) => (int)tag < TableEnd && Rows[(int)tag] is var row and > 0 ? Table[row - 1] : null;

    /// <summary>The definition of a name as the standard spells it, in any case; null when the standard has none.</summary>
    public static TlvDefinition? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ByName.GetValueOrDefault(name);
    }

    /// <summary>
    /// True when the length is one that the standard, or wide practice, allows. Tags that the standard does not name pass.
    /// </summary>
    internal static bool IsAllowed(TlvTag tag, int length)
    {
        if ((int)tag >= TableEnd) return true;
        int row = Rows[(int)tag];
        if (row == 0) return true;
        (ushort least, ushort most) = Accepted[row - 1];
        return length >= least && length <= most;
    }

    // Shorter values than the standard's are taken of anything that has no fixed length, and longer numbers to call back.
    private static (ushort Least, ushort Most) Accept(TlvDefinition definition)
    {
        bool isOpen = definition.Kind is TlvKind.CString or TlvKind.Octets && definition.MinLength != definition.MaxLength
            && definition.Tag != TlvTag.MsValidity;
        int most = definition.Tag == TlvTag.CallbackNum ? ushort.MaxValue : definition.MaxLength;
        return ((ushort)(isOpen ? 0 : definition.MinLength), (ushort)most);
    }

    private static byte[] BuildRows()
    {
        var rows = new byte[TableEnd];
        for (var i = 0; i < Table.Length; i++) rows[(int)Table[i].Tag] = (byte)(i + 1);
        return rows;
    }
}
