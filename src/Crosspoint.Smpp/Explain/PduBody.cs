using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Explain;

/// <summary>The fields of each operation in the order of the wire.</summary>
internal static class PduBody
{
    private const int LongAddress = 65;
    private const int ShortAddress = 21;

    private static readonly TlvTag[] BroadcastTlvs =
    [
        TlvTag.BroadcastAreaIdentifier, TlvTag.BroadcastContentType, TlvTag.BroadcastRepNum, TlvTag.BroadcastFrequencyInterval,
    ];

    private static readonly TlvTag[] BroadcastStateTlvs =
        [TlvTag.MessageState, TlvTag.BroadcastAreaIdentifier, TlvTag.BroadcastAreaSuccess];

    /// <summary>Where an operation is specified: SMPP v3.4, and v5.0 for those that came with it.</summary>
    public static string SectionOf(CommandId id) => id switch
    {
        CommandId.BindTransmitter => "3.4 §4.1.1",
        CommandId.BindTransmitterResp => "3.4 §4.1.2",
        CommandId.BindReceiver => "3.4 §4.1.3",
        CommandId.BindReceiverResp => "3.4 §4.1.4",
        CommandId.BindTransceiver => "3.4 §4.1.5",
        CommandId.BindTransceiverResp => "3.4 §4.1.6",
        CommandId.Outbind => "3.4 §4.1.7",
        CommandId.Unbind => "3.4 §4.2.1",
        CommandId.UnbindResp => "3.4 §4.2.2",
        CommandId.GenericNack => "3.4 §4.3.1",
        CommandId.SubmitSm => "3.4 §4.4.1",
        CommandId.SubmitSmResp => "3.4 §4.4.2",
        CommandId.SubmitMulti => "3.4 §4.5.1",
        CommandId.SubmitMultiResp => "3.4 §4.5.2",
        CommandId.DeliverSm => "3.4 §4.6.1",
        CommandId.DeliverSmResp => "3.4 §4.6.2",
        CommandId.DataSm => "3.4 §4.7.1",
        CommandId.DataSmResp => "3.4 §4.7.2",
        CommandId.QuerySm => "3.4 §4.8.1",
        CommandId.QuerySmResp => "3.4 §4.8.2",
        CommandId.CancelSm => "3.4 §4.9.1",
        CommandId.CancelSmResp => "3.4 §4.9.2",
        CommandId.ReplaceSm => "3.4 §4.10.1",
        CommandId.ReplaceSmResp => "3.4 §4.10.2",
        CommandId.EnquireLink => "3.4 §4.11.1",
        CommandId.EnquireLinkResp => "3.4 §4.11.2",
        CommandId.AlertNotification => "3.4 §4.12.1",
        CommandId.BroadcastSm or CommandId.BroadcastSmResp => "5.0 §4.4.1",
        CommandId.QueryBroadcastSm or CommandId.QueryBroadcastSmResp => "5.0 §4.6.1",
        _ => "5.0 §4.6.2",
    };

    public static void Read(PduWalk walk, in PduHeader header)
    {
        CommandId id = header.CommandId;
        if (PduWords.Operation(id) == PduWords.Unknown)
        {
            walk.Stop();
            return;
        }

        // An error response is a header alone: its body is not returned, or may be left out.
        if (id.IsResponse() && header.CommandStatus != CommandStatus.Ok && walk.IsAtEnd) return;
        switch (id)
        {
            case CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.BindTransceiver:
                ReadBind(walk);
                break;
            case CommandId.BindReceiverResp or CommandId.BindTransmitterResp or CommandId.BindTransceiverResp:
                walk.CString("system_id", "3.4 §5.2.1", 16);
                ReadTlvs(walk);
                break;
            case CommandId.Outbind:
                walk.CString("system_id", "3.4 §5.2.1", 16, hideBroken: true);
                Password(walk);
                break;
            case CommandId.SubmitSm or CommandId.DeliverSm or CommandId.SubmitMulti:
                ReadMessage(walk, id);
                break;
            case CommandId.SubmitMultiResp:
                MessageId(walk, "3.4 §5.2.23");
                ReadUnsuccessful(walk);
                ReadTlvs(walk);
                break;
            case CommandId.SubmitSmResp or CommandId.DeliverSmResp or CommandId.DataSmResp:
                MessageId(walk, "3.4 §5.2.23");
                ReadTlvs(walk);
                break;
            case CommandId.DataSm:
                ReadData(walk);
                break;
            case CommandId.QuerySm:
                MessageId(walk, "3.4 §5.2.23");
                Source(walk, ShortAddress);
                break;
            case CommandId.QuerySmResp:
                MessageId(walk, "3.4 §5.2.23");
                walk.CString("final_date", "3.4 §4.8.2", 17, PduWords.Time, PduWords.TimeFault);
                walk.Byte("message_state", "3.4 §5.2.28", PduWords.State);
                walk.Byte("error_code", "3.4 §4.8.2");
                ReadTlvs(walk);
                break;
            case CommandId.CancelSm:
                walk.CString("service_type", "3.4 §5.2.11", 6);
                MessageId(walk, "3.4 §5.2.23");
                Source(walk, ShortAddress);
                Destination(walk, ShortAddress);
                break;
            case CommandId.ReplaceSm:
                ReadReplace(walk);
                break;
            case CommandId.AlertNotification:
                Source(walk, LongAddress);
                Address(walk, "esme_addr", "3.4 §5.2.10", "esme_addr", LongAddress);
                ReadTlvs(walk);
                break;
            case CommandId.BroadcastSm:
                ReadBroadcast(walk);
                break;
            case CommandId.BroadcastSmResp:
                MessageId(walk, "5.0 §4.4.1");
                ReadTlvs(walk);
                break;
            case CommandId.QueryBroadcastSm:
                MessageId(walk, "5.0 §4.6.1");
                Address(walk, "source_addr", "5.0 §4.6.1", "source_addr", ShortAddress, "5.0 §4.6.1");
                ReadTlvs(walk);
                break;
            case CommandId.QueryBroadcastSmResp:
                MessageId(walk, "5.0 §4.6.1");
                ReadTlvs(walk, required: header.CommandStatus == CommandStatus.Ok ? BroadcastStateTlvs : null);
                break;
            case CommandId.CancelBroadcastSm:
                walk.CString("service_type", "5.0 §4.6.2", 6);
                MessageId(walk, "5.0 §4.6.2");
                Address(walk, "source_addr", "5.0 §4.6.2", "source_addr", ShortAddress, "5.0 §4.6.2");
                ReadTlvs(walk);
                break;
            case CommandId.CancelSmResp or CommandId.ReplaceSmResp or CommandId.CancelBroadcastSmResp or CommandId.EnquireLinkResp
                or CommandId.UnbindResp:
                // No fields; 5.0 lets a message centre put congestion_state behind any response.
                ReadTlvs(walk);
                break;
        }
    }

    private static void ReadBind(PduWalk walk)
    {
        walk.CString("system_id", "3.4 §5.2.1", 16, hideBroken: true);
        Password(walk);
        walk.CString("system_type", "3.4 §5.2.3", 13);
        walk.Byte("interface_version", "3.4 §5.2.4", PduWords.Version);
        walk.Byte("addr_ton", "3.4 §5.2.5", PduWords.Ton);
        walk.Byte("addr_npi", "3.4 §5.2.6", PduWords.Npi);
        walk.CString("address_range", "3.4 §5.2.7", 41);
    }

    private static void ReadMessage(PduWalk walk, CommandId id)
    {
        bool isToEsme = id == CommandId.DeliverSm;
        walk.CString("service_type", "3.4 §5.2.11", 6);
        Source(walk, ShortAddress);
        if (id == CommandId.SubmitMulti) ReadDestinations(walk);
        else Destination(walk, ShortAddress);
        byte esmClass = EsmClassOf(walk, isToEsme);
        walk.Byte("protocol_id", "3.4 §5.2.13");
        walk.Byte("priority_flag", "3.4 §5.2.14", PduWords.Priority);
        walk.CString("schedule_delivery_time", "3.4 §5.2.15", 17, PduWords.Time, PduWords.TimeFault);
        walk.CString("validity_period", "3.4 §5.2.16", 17, PduWords.Time, PduWords.TimeFault);
        walk.Byte("registered_delivery", "3.4 §5.2.17", PduWords.RegisteredDelivery);
        walk.Byte("replace_if_present_flag", "3.4 §5.2.18", PduWords.Replace);
        byte dataCoding = walk.Byte("data_coding", "3.4 §5.2.19", PduWords.DataCoding);
        walk.Byte("sm_default_msg_id", "3.4 §5.2.20");
        var message = new PduMessage(walk, esmClass, dataCoding, isToEsme);
        message.ReadShortMessage();
        ReadTlvs(walk, message);
    }

    private static void ReadData(PduWalk walk)
    {
        walk.CString("service_type", "3.4 §5.2.11", 6);
        Source(walk, LongAddress);
        Destination(walk, LongAddress);

        // data_sm goes both ways; the receipt bits tell the way back.
        bool isToEsme = !walk.IsAtEnd && (walk.Rest[0] & (EsmClass.Receipt | EsmClass.Intermediate)) != 0;
        byte esmClass = EsmClassOf(walk, isToEsme);
        walk.Byte("registered_delivery", "3.4 §5.2.17", PduWords.RegisteredDelivery);
        byte dataCoding = walk.Byte("data_coding", "3.4 §5.2.19", PduWords.DataCoding);
        ReadTlvs(walk, new PduMessage(walk, esmClass, dataCoding, isToEsme));
    }

    private static void ReadReplace(PduWalk walk)
    {
        MessageId(walk, "3.4 §5.2.23");
        Source(walk, ShortAddress);
        walk.CString("schedule_delivery_time", "3.4 §5.2.15", 17, PduWords.Time, PduWords.TimeFault);
        walk.CString("validity_period", "3.4 §5.2.16", 17, PduWords.Time, PduWords.TimeFault);
        walk.Byte("registered_delivery", "3.4 §5.2.17", PduWords.RegisteredDelivery);
        walk.Byte("sm_default_msg_id", "3.4 §5.2.20");

        // replace_sm says no data_coding: that of the submission stays.
        var message = new PduMessage(walk, esmClass: 0, dataCoding: 0, isToEsme: false);
        message.ReadShortMessage();
        ReadTlvs(walk, message);
    }

    private static void ReadBroadcast(PduWalk walk)
    {
        const string Section = "5.0 §4.4.1";
        walk.CString("service_type", Section, 6);
        Address(walk, "source_addr", Section, "source_addr", ShortAddress, Section);
        MessageId(walk, Section);
        walk.Byte("priority_flag", Section, PduWords.Priority);
        walk.CString("schedule_delivery_time", Section, 17, PduWords.Time, PduWords.TimeFault);
        walk.CString("validity_period", Section, 17, PduWords.Time, PduWords.TimeFault);
        walk.Byte("replace_if_present_flag", Section, PduWords.Replace);
        byte dataCoding = walk.Byte("data_coding", Section, PduWords.DataCoding);
        walk.Byte("sm_default_msg_id", Section);
        ReadTlvs(walk, new PduMessage(walk, esmClass: 0, dataCoding, isToEsme: false), BroadcastTlvs);
    }

    private static void ReadDestinations(PduWalk walk)
    {
        int count = walk.Byte("number_of_dests", "3.4 §5.2.24", fault: value => value == 0 ? "no destination" : null);
        for (var i = 1; i <= count && !walk.IsStopped; i++)
        {
            byte flag = walk.Byte(
                "dest_flag",
                "3.4 §5.2.25",
                value => value switch
                {
                    1 => $"SME address, destination {i} of {count}",
                    2 => $"distribution list, destination {i} of {count}",
                    _ => "reserved",
                },
                value => value is 1 or 2 ? null : "neither 1 (SME address) nor 2 (distribution list)",
                depth: 1);
            if (walk.IsStopped) return;
            if (flag == 1)
            {
                Address(walk, "destination_addr", "3.4 §5.2.9", "dest_addr", ShortAddress, depth: 1);
            }
            else if (flag == 2)
            {
                walk.CString("dl_name", "3.4 §5.2.27", 21, depth: 1);
            }
            else
            {
                walk.Stop();
            }
        }
    }

    private static void ReadUnsuccessful(PduWalk walk)
    {
        int count = walk.Byte("no_unsuccess", "3.4 §5.2.26");
        for (var i = 0; i < count && !walk.IsStopped; i++)
        {
            Address(walk, "destination_addr", "3.4 §5.2.9", "dest_addr", ShortAddress, depth: 1);
            walk.UInt32("error_status_code", "3.4 §4.5.2", value => PduWords.Status((CommandStatus)value), depth: 1);
        }
    }

    private static void ReadTlvs(PduWalk walk, PduMessage? message = null, TlvTag[]? required = null) =>
        PduTlvs.Read(walk, message, required ?? []);

    private static byte EsmClassOf(PduWalk walk, bool isToEsme) =>
        walk.Byte("esm_class", "3.4 §5.2.12", isToEsme ? PduWords.EsmClassFromCentre : PduWords.EsmClassFromEsme);

    private static void Password(PduWalk walk)
    {
        bool isShown = walk.Options.ShowPasswords;
        walk.CString("password", "3.4 §5.2.2", 9, isShown ? null : _ => "********");
    }

    private static void MessageId(PduWalk walk, string section) => walk.CString("message_id", section, 65);

    private static void Source(PduWalk walk, int maxBytes) => Address(walk, "source_addr", "3.4 §5.2.8", "source_addr", maxBytes);

    private static void Destination(PduWalk walk, int maxBytes) => Address(walk, "destination_addr", "3.4 §5.2.9", "dest_addr", maxBytes);

    private static void Address(
        PduWalk walk, string name, string section, string prefix, int maxBytes, string? partSection = null, int depth = 0)
    {
        walk.Byte($"{prefix}_ton", partSection ?? "3.4 §5.2.5", PduWords.Ton, depth: depth);
        walk.Byte($"{prefix}_npi", partSection ?? "3.4 §5.2.6", PduWords.Npi, depth: depth);
        walk.CString(name, section, maxBytes, depth: depth);
    }
}
