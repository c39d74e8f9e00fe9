using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Codec;

public sealed class TypedTlvTests
{
    public static TheoryData<TlvTag> StandardTags => [.. Enum.GetValues<TlvTag>()];

    [Theory]
    [MemberData(nameof(StandardTags))]
    public void StandardTag_HasADefinitionThatHoldsItsBounds(TlvTag tag)
    {
        TlvDefinition definition = TlvDefinitions.Find(tag).ShouldNotBeNull();
        definition.Tag.ShouldBe(tag);
        string.Equals(definition.Name.Replace("_", "", StringComparison.Ordinal), tag.ToString(), StringComparison.OrdinalIgnoreCase)
            .ShouldBeTrue(definition.Name);
        TlvDefinitions.Find(definition.Name.ToUpperInvariant()).ShouldBeSameAs(definition);
        foreach (int length in new[] { definition.MinLength, definition.MaxLength }) CheckLength(tag, length).ShouldBe(CommandStatus.Ok);
        if (definition.MaxLength < ushort.MaxValue && tag != TlvTag.CallbackNum)
        {
            CheckLength(tag, definition.MaxLength + 1).ShouldBe(CommandStatus.InvalidTlvLength);
        }

        if (definition.Kind is TlvKind.Byte or TlvKind.UInt16 or TlvKind.UInt32)
        {
            CheckLength(tag, 0).ShouldBe(CommandStatus.InvalidTlvLength);
        }
    }

    [Fact]
    public void Definitions_KnowVersionsAndRepetition()
    {
        TlvDefinitions.All.Count.ShouldBe(Enum.GetValues<TlvTag>().Length);
        TlvDefinitions.All.Where(definition => definition.MayRepeat).Select(definition => definition.Name).ShouldBe(
        [
            "callback_num_pres_ind", "callback_num_atag", "callback_num", "broadcast_area_identifier", "broadcast_error_status",
            "broadcast_area_success",
        ]);
        foreach (TlvDefinition definition in TlvDefinitions.All)
        {
            (definition.SinceVersion == 0x50).ShouldBe(TlvFilter.IsOfVersion50(definition.Tag), definition.Name);
        }

        TlvDefinitions.Find((TlvTag)0x1401).ShouldBeNull();
        TlvDefinitions.Find((TlvTag)0x0001).ShouldBeNull();
        TlvDefinitions.Find("no_such").ShouldBeNull();
    }

    [Theory]
    [InlineData("sar_msg_ref_num", "258", "0102", "258")]
    [InlineData("sar_msg_ref_num", "0x0102", "0102", "258")]
    [InlineData("qos_time_to_live", "4294967295", "FFFFFFFF", "4294967295")]
    [InlineData("user_response_code", "255", "FF", "255")]
    [InlineData("receipted_message_id", "a-1", "612D3100", "a-1")]
    [InlineData("billing_identification", "0aFF", "0AFF", "0AFF")]
    [InlineData("user_response_code", "256", null, null)]
    [InlineData("user_response_code", "-1", null, null)]
    [InlineData("sar_msg_ref_num", "0x10000", null, null)]
    [InlineData("qos_time_to_live", "4294967296", null, null)]
    [InlineData("qos_time_to_live", "", null, null)]
    [InlineData("billing_identification", "0a0", null, null)]
    [InlineData("billing_identification", "xx", null, null)]
    [InlineData("source_node_id", "0102030405", null, null)]
    [InlineData("dest_network_id", "with\0null", null, null)]
    [InlineData("dest_network_id", "Ω", null, null)]
    public void Text_ThatAPersonWrites_BecomesOctetsAndBack(string name, string text, string? hex, string? again)
    {
        TlvDefinition definition = TlvDefinitions.Find(name).ShouldNotBeNull();
        definition.TryParse(text, out byte[] value).ShouldBe(hex is not null);
        Convert.ToHexString(value).ShouldBe(hex ?? "");
        if (again is not null) definition.ToText(value).ShouldBe(again);
    }

    [Fact]
    public void Structures_Written_AreReadAgain()
    {
        var area = new byte[200];
        var writer = new TlvWriter(area);
        new NetworkErrorCode(3, 0x0122).TryAdd(ref writer).ShouldBeTrue();
        new BroadcastContentType(1, 0x0010).TryAdd(ref writer).ShouldBeTrue();
        new BroadcastFrequencyInterval(BroadcastUnit.Minutes, 90).TryAdd(ref writer).ShouldBeTrue();
        new ItsSessionInfo(7, 127, true).TryAdd(ref writer).ShouldBeTrue();
        new CallbackNumber(true, 1, 1, "447700900123"u8).TryAdd(ref writer).ShouldBeTrue();
        new Subaddress(0x80, Hex.Bytes("1122")).TryAdd(ref writer, TlvTag.DestSubaddress).ShouldBeTrue();
        new BroadcastArea(BroadcastArea.Alias, "London"u8).TryAdd(ref writer).ShouldBeTrue();
        Convert.ToHexString(writer.Written).ShouldBe(Convert.ToHexString(Hex.Bytes(
            "0423 0003 03 0122 0601 0003 01 0010 0605 0003 09 005A 1383 0002 07 FF 0381 000F 01 01 01" + Hex.Of("447700900123")
            + "0203 0003 80 1122 0606 0007 00" + Hex.Of("London"))));

        TlvReader.Check(writer.Written).IsOk.ShouldBeTrue();
        var reader = new TlvReader(writer.Written);
        NetworkErrorCode.TryRead(Value(reader, TlvTag.NetworkErrorCode), out NetworkErrorCode code).ShouldBeTrue();
        code.ShouldBe(new NetworkErrorCode(3, 0x0122));
        BroadcastContentType.TryRead(Value(reader, TlvTag.BroadcastContentType), out BroadcastContentType type).ShouldBeTrue();
        type.ShouldBe(new BroadcastContentType(1, 0x0010));
        BroadcastFrequencyInterval.TryRead(Value(reader, TlvTag.BroadcastFrequencyInterval), out BroadcastFrequencyInterval interval)
            .ShouldBeTrue();
        interval.ShouldBe(new BroadcastFrequencyInterval(BroadcastUnit.Minutes, 90));
        ItsSessionInfo.TryRead(Value(reader, TlvTag.ItsSessionInfo), out ItsSessionInfo info).ShouldBeTrue();
        info.ShouldBe(new ItsSessionInfo(7, 127, true));
        CallbackNumber.TryRead(Value(reader, TlvTag.CallbackNum), out CallbackNumber number).ShouldBeTrue();
        (number.IsAscii, number.Ton, number.Npi).ShouldBe((true, (byte)1, (byte)1));
        number.Digits.ToArray().ShouldBe("447700900123"u8.ToArray());
        Subaddress.TryRead(Value(reader, TlvTag.DestSubaddress), out Subaddress subaddress).ShouldBeTrue();
        subaddress.Type.ShouldBe((byte)0x80);
        subaddress.Octets.ToArray().ShouldBe([0x11, 0x22]);
        BroadcastArea.TryRead(Value(reader, TlvTag.BroadcastAreaIdentifier), out BroadcastArea place).ShouldBeTrue();
        place.Format.ShouldBe(BroadcastArea.Alias);
        place.Details.ToArray().ShouldBe("London"u8.ToArray());
    }

    [Fact]
    public void Structures_OfWrongLength_AreNeitherReadNorWritten()
    {
        byte[] one = [1];
        NetworkErrorCode.TryRead(one, out _).ShouldBeFalse();
        BroadcastContentType.TryRead(one, out _).ShouldBeFalse();
        BroadcastFrequencyInterval.TryRead(one, out _).ShouldBeFalse();
        ItsSessionInfo.TryRead(one, out _).ShouldBeFalse();
        CallbackNumber.TryRead(one, out _).ShouldBeFalse();
        Subaddress.TryRead(default, out _).ShouldBeFalse();
        BroadcastArea.TryRead(default, out _).ShouldBeFalse();
        var writer = new TlvWriter(new byte[300]);
        new ItsSessionInfo(1, 128, false).TryAdd(ref writer).ShouldBeFalse();
        new CallbackNumber(true, 1, 1, new byte[17]).TryAdd(ref writer).ShouldBeFalse();
        new CallbackNumber(true, 1, 1, default).TryAdd(ref writer).ShouldBeFalse();
        new Subaddress(0x80, new byte[23]).TryAdd(ref writer, TlvTag.SourceSubaddress).ShouldBeFalse();
        new BroadcastArea(0, new byte[101]).TryAdd(ref writer).ShouldBeFalse();
        writer.Length.ShouldBe(0);
    }

    [Theory]
    [InlineData((byte)0, CongestionLevel.Idle)]
    [InlineData((byte)1, CongestionLevel.Low)]
    [InlineData((byte)29, CongestionLevel.Low)]
    [InlineData((byte)30, CongestionLevel.Medium)]
    [InlineData((byte)49, CongestionLevel.Medium)]
    [InlineData((byte)50, CongestionLevel.High)]
    [InlineData((byte)79, CongestionLevel.High)]
    [InlineData((byte)80, CongestionLevel.Optimum)]
    [InlineData((byte)89, CongestionLevel.Optimum)]
    [InlineData((byte)90, CongestionLevel.NearlyCongested)]
    [InlineData((byte)99, CongestionLevel.NearlyCongested)]
    [InlineData((byte)100, CongestionLevel.Congested)]
    [InlineData((byte)101, CongestionLevel.Reserved)]
    public void CongestionState_HasItsBand(byte state, CongestionLevel level) => CongestionLevels.Of(state).ShouldBe(level);

    [Fact]
    public void Registry_ChecksTheVendorsTlvs()
    {
        var registry = new TlvRegistry(
        [
            new TlvDefinition((TlvTag)0x1401, "operator_id", TlvKind.UInt16) { IsRequired = true },
            new TlvDefinition((TlvTag)0x1402, "campaign", TlvKind.CString) { MaxLength = 9 },
            new TlvDefinition((TlvTag)0x1403, "token", TlvKind.Octets) { MinLength = 2, MaxLength = 4 },
        ]);
        registry.Find((TlvTag)0x1402)!.Name.ShouldBe("campaign");
        registry.Find("CAMPAIGN")!.Tag.ShouldBe((TlvTag)0x1402);
        registry.Find("message_payload")!.Tag.ShouldBe(TlvTag.MessagePayload);
        registry.Find(TlvTag.MessagePayload)!.Name.ShouldBe("message_payload");
        registry.Find("nothing").ShouldBeNull();

        Status(registry, "1401 0002 0001").ShouldBe(CommandStatus.Ok);
        Status(registry, "1401 0002 0001 1402 0004 61626300 1403 0002 0102 1499 0001 00").ShouldBe(CommandStatus.Ok);
        Status(registry, "1401 0002 0001 1402 0003 616263").ShouldBe(CommandStatus.Ok);
        Status(registry, "1402 0004 61626300").ShouldBe(CommandStatus.MissingTlv);
        Status(registry, "").ShouldBe(CommandStatus.MissingTlv);
        Status(registry, "1401 0001 01").ShouldBe(CommandStatus.InvalidTlvLength);
        Status(registry, "1401 0002 0001 1402 000A 61616161616161616100").ShouldBe(CommandStatus.InvalidTlvLength);
        Status(registry, "1401 0002 0001 1402 0004 61006200").ShouldBe(CommandStatus.InvalidTlvValue);
        Status(registry, "1401 0002 0001 1403 0001 01").ShouldBe(CommandStatus.InvalidTlvLength);
        Status(registry, "1401 0002 0001 0427 0002 0101").ShouldBe(CommandStatus.InvalidTlvLength);
        Status(registry, "1401 0003 0001").ShouldBe(CommandStatus.InvalidTlvStream);
    }

    [Fact]
    public void Registry_OfDefinitionsThatCannotBe_IsRefused()
    {
        var good = new TlvDefinition((TlvTag)0x1401, "operator_id", TlvKind.UInt16);
        foreach (TlvDefinition[] bad in new TlvDefinition[][]
        {
            [good, good with { Name = "other" }],
            [good, good with { Tag = (TlvTag)0x1402, Name = "Operator_Id" }],
            [good with { Tag = TlvTag.MessagePayload }],
            [good with { Name = "message_payload" }],
            [good with { Name = " " }],
            [good with { MaxLength = 4 }],
            [new TlvDefinition((TlvTag)0x1401, "x", TlvKind.Octets) { MinLength = 4, MaxLength = 3 }],
            [new TlvDefinition((TlvTag)0x1401, "x", TlvKind.Octets) { MaxLength = 65_536 }],
        })
        {
            Should.Throw<ArgumentException>(() => new TlvRegistry(bad));
        }
    }

    private static CommandStatus Status(TlvRegistry registry, string hex) => registry.Check(Hex.Bytes(hex)).Status;

    private static CommandStatus CheckLength(TlvTag tag, int length) => TlvReader.Check(
        [(byte)((ushort)tag >> 8), (byte)tag, (byte)(length >> 8), (byte)length, .. new byte[length]]).Status;

    private static ReadOnlySpan<byte> Value(TlvReader reader, TlvTag tag)
    {
        reader.TryGet(tag, out ReadOnlySpan<byte> value).ShouldBeTrue();
        return value;
    }
}
