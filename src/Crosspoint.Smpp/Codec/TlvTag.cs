namespace Crosspoint.Smpp.Codec;

/// <summary>
/// Tags of the optional parameters (SMPP v3.4 §5.3.2, v5.0 §4.8.4). Any other 16-bit value is possible; 0x1400-0x3FFF is for vendors.
/// </summary>
public enum TlvTag : ushort
{
    /// <summary>dest_addr_subunit.</summary>
    DestAddrSubunit = 0x0005,

    /// <summary>dest_network_type.</summary>
    DestNetworkType = 0x0006,

    /// <summary>dest_bearer_type.</summary>
    DestBearerType = 0x0007,

    /// <summary>dest_telematics_id.</summary>
    DestTelematicsId = 0x0008,

    /// <summary>source_addr_subunit.</summary>
    SourceAddrSubunit = 0x000D,

    /// <summary>source_network_type.</summary>
    SourceNetworkType = 0x000E,

    /// <summary>source_bearer_type.</summary>
    SourceBearerType = 0x000F,

    /// <summary>source_telematics_id.</summary>
    SourceTelematicsId = 0x0010,

    /// <summary>qos_time_to_live.</summary>
    QosTimeToLive = 0x0017,

    /// <summary>payload_type.</summary>
    PayloadType = 0x0019,

    /// <summary>additional_status_info_text.</summary>
    AdditionalStatusInfoText = 0x001D,

    /// <summary>receipted_message_id.</summary>
    ReceiptedMessageId = 0x001E,

    /// <summary>ms_msg_wait_facilities.</summary>
    MsMsgWaitFacilities = 0x0030,

    /// <summary>privacy_indicator.</summary>
    PrivacyIndicator = 0x0201,

    /// <summary>source_subaddress.</summary>
    SourceSubaddress = 0x0202,

    /// <summary>dest_subaddress.</summary>
    DestSubaddress = 0x0203,

    /// <summary>user_message_reference.</summary>
    UserMessageReference = 0x0204,

    /// <summary>user_response_code.</summary>
    UserResponseCode = 0x0205,

    /// <summary>source_port.</summary>
    SourcePort = 0x020A,

    /// <summary>destination_port.</summary>
    DestinationPort = 0x020B,

    /// <summary>sar_msg_ref_num.</summary>
    SarMsgRefNum = 0x020C,

    /// <summary>language_indicator.</summary>
    LanguageIndicator = 0x020D,

    /// <summary>sar_total_segments.</summary>
    SarTotalSegments = 0x020E,

    /// <summary>sar_segment_seqnum.</summary>
    SarSegmentSeqnum = 0x020F,

    /// <summary>sc_interface_version.</summary>
    ScInterfaceVersion = 0x0210,

    /// <summary>callback_num_pres_ind.</summary>
    CallbackNumPresInd = 0x0302,

    /// <summary>callback_num_atag.</summary>
    CallbackNumAtag = 0x0303,

    /// <summary>number_of_messages.</summary>
    NumberOfMessages = 0x0304,

    /// <summary>callback_num.</summary>
    CallbackNum = 0x0381,

    /// <summary>dpf_result.</summary>
    DpfResult = 0x0420,

    /// <summary>set_dpf.</summary>
    SetDpf = 0x0421,

    /// <summary>ms_availability_status.</summary>
    MsAvailabilityStatus = 0x0422,

    /// <summary>network_error_code.</summary>
    NetworkErrorCode = 0x0423,

    /// <summary>message_payload.</summary>
    MessagePayload = 0x0424,

    /// <summary>delivery_failure_reason.</summary>
    DeliveryFailureReason = 0x0425,

    /// <summary>more_messages_to_send.</summary>
    MoreMessagesToSend = 0x0426,

    /// <summary>message_state.</summary>
    MessageState = 0x0427,

    /// <summary>congestion_state.</summary>
    CongestionState = 0x0428,

    /// <summary>ussd_service_op.</summary>
    UssdServiceOp = 0x0501,

    /// <summary>broadcast_channel_indicator.</summary>
    BroadcastChannelIndicator = 0x0600,

    /// <summary>broadcast_content_type.</summary>
    BroadcastContentType = 0x0601,

    /// <summary>broadcast_content_type_info.</summary>
    BroadcastContentTypeInfo = 0x0602,

    /// <summary>broadcast_message_class.</summary>
    BroadcastMessageClass = 0x0603,

    /// <summary>broadcast_rep_num.</summary>
    BroadcastRepNum = 0x0604,

    /// <summary>broadcast_frequency_interval.</summary>
    BroadcastFrequencyInterval = 0x0605,

    /// <summary>broadcast_area_identifier.</summary>
    BroadcastAreaIdentifier = 0x0606,

    /// <summary>broadcast_error_status.</summary>
    BroadcastErrorStatus = 0x0607,

    /// <summary>broadcast_area_success.</summary>
    BroadcastAreaSuccess = 0x0608,

    /// <summary>broadcast_end_time.</summary>
    BroadcastEndTime = 0x0609,

    /// <summary>broadcast_service_group.</summary>
    BroadcastServiceGroup = 0x060A,

    /// <summary>billing_identification.</summary>
    BillingIdentification = 0x060B,

    /// <summary>source_network_id.</summary>
    SourceNetworkId = 0x060D,

    /// <summary>dest_network_id.</summary>
    DestNetworkId = 0x060E,

    /// <summary>source_node_id.</summary>
    SourceNodeId = 0x060F,

    /// <summary>dest_node_id.</summary>
    DestNodeId = 0x0610,

    /// <summary>dest_addr_np_resolution.</summary>
    DestAddrNpResolution = 0x0611,

    /// <summary>dest_addr_np_information.</summary>
    DestAddrNpInformation = 0x0612,

    /// <summary>dest_addr_np_country.</summary>
    DestAddrNpCountry = 0x0613,

    /// <summary>display_time.</summary>
    DisplayTime = 0x1201,

    /// <summary>sms_signal.</summary>
    SmsSignal = 0x1203,

    /// <summary>ms_validity.</summary>
    MsValidity = 0x1204,

    /// <summary>alert_on_message_delivery.</summary>
    AlertOnMessageDelivery = 0x130C,

    /// <summary>its_reply_type.</summary>
    ItsReplyType = 0x1380,

    /// <summary>its_session_info.</summary>
    ItsSessionInfo = 0x1383,
}
