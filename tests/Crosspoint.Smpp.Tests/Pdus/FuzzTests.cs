using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

/// <summary>Mutated PDUs: nothing throws, and nothing is read outside the body. CROSSPOINT_FUZZ_ROUNDS makes it longer.</summary>
public sealed class FuzzTests
{
    private const byte Guard = 0xA5;

    private static readonly byte[][] Seeds =
    [
        Hex.Bytes("57415000 0500 41636D6500 0101 34343700 437F03 00 00 01010807 04 00480069 0204 0002 0001 1401 0001 FF"),
        [.. Hex.Bytes("00 000000 0101 343437373000 040000 0000 01000000 58"),
            .. "id:0123456789 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello"u8,
            .. Hex.Bytes("001E 0003 616263 0427 0001 02 0423 0003 030022")],
        Hex.Bytes("757300 707700 535400 34 01 02 5E343400"),
        Hex.Bytes("736D736300 0210 0001 34"),
        Hex.Bytes("313200 0101 343400 00 00 01 00 02 6869"),
        Hex.Bytes("0101 343400 0500 4100 0422 0001 00"),
        Hex.Bytes("00 0500 416300 02 01 0101 343400 02 6F707300 00 00 00 00 00 01 00 00 00 02 6869 0204 0002 0001"),
        Hex.Bytes("69643100 01 0101 343400 0000000B 0427 0001 02"),
    ];

    [Fact]
    public void Decoders_MutatedBodies_NeverThrowAndStayInside()
    {
        string? asked = Environment.GetEnvironmentVariable("CROSSPOINT_FUZZ_ROUNDS");
        int rounds = int.TryParse(asked, CultureInfo.InvariantCulture, out int wanted) ? wanted : 200_000;
        var random = new Random(20_260_102);
        var buffer = new byte[1024];
        var read = 0;
        for (var round = 0; round < rounds; round++)
        {
            byte[] seed = Seeds[random.Next(Seeds.Length)];
            buffer.AsSpan().Fill(Guard);
            seed.CopyTo(buffer, 0);
            int length = Mutate(random, buffer, seed.Length);
            Span<byte> body = buffer.AsSpan(0, length);
            read += DecodeAll(body);
        }

        // A mutation test that decodes nothing would prove nothing.
        read.ShouldBeGreaterThan(rounds / 50);
    }

    [Fact]
    public void EveryOperation_MutatedFixtures_AreReadSafelyAndWrittenAgainTheSame()
    {
        string? asked = Environment.GetEnvironmentVariable("CROSSPOINT_FUZZ_ROUNDS");
        int rounds = int.TryParse(asked, CultureInfo.InvariantCulture, out int wanted) ? wanted : 200_000;
        (byte[] Body, RoundTrip Codec)[] seeds =
        [
            .. PduFixture.All.Where(fixture => fixture.Body.Length > 0 && PduCodecs.Find(fixture.Header.CommandId) is not null)
                .Select(fixture => (fixture.Body, PduCodecs.Find(fixture.Header.CommandId)!)),
        ];
        var random = new Random(20_261_121);
        var buffer = new byte[1024];
        var again = new byte[2048];
        var third = new byte[2048];
        var read = 0;
        long before = 0;
        for (var round = 0; round < rounds + 1_000; round++)
        {
            // The first thousand rounds let the runtime compile what it needs.
            if (round == 1_000) before = GC.GetAllocatedBytesForCurrentThread();
            (byte[] seed, RoundTrip codec) = seeds[random.Next(seeds.Length)];
            if (random.Next(20) == 0) codec = PduCodecs.All[random.Next(PduCodecs.All.Count)].RoundTrip;
            seed.CopyTo(buffer, 0);
            int length = Mutate(random, buffer, seed.Length);
            if (IsKept(codec, buffer.AsSpan(0, length), again, third)) read++;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        read.ShouldBeGreaterThan(rounds / 10);
        allocated.ShouldBe(0);
    }

    // What was read is written as the same octets, but for what the reader passes over at the end or takes as meant: a missing last null
    // and an absent body or list. What was written is always read and written again as it is.
    private static bool IsKept(RoundTrip codec, ReadOnlySpan<byte> body, Span<byte> again, Span<byte> third)
    {
        if (codec(body, again, out int bodyLength, out int written) != CommandStatus.Ok) return false;
        if (written < 0 || bodyLength != written) throw new InvalidOperationException($"{Convert.ToHexString(body)}: not written again.");
        bool isStart = written <= body.Length
            ? body.StartsWith(again[..written])
            : written <= body.Length + 4 && again[..written].StartsWith(body);
        CommandStatus second = codec(again[..written], third, out _, out int repeated);
        if (!isStart || second != CommandStatus.Ok || !third[..repeated].SequenceEqual(again[..written]))
        {
            throw new InvalidOperationException($"{Convert.ToHexString(body)} became {Convert.ToHexString(again[..written])}.");
        }

        return true;
    }

    private static int Mutate(Random random, byte[] buffer, int length)
    {
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(length);
            switch (random.Next(4))
            {
                case 0:
                    buffer[at] = (byte)random.Next(256);
                    break;
                case 1:
                    buffer[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    length = Math.Max(1, random.Next(length + 1));
                    break;
                default:
                    buffer[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                    break;
            }
        }

        return length;
    }

    private static int DecodeAll(ReadOnlySpan<byte> body)
    {
        var ok = 0;
        if (SubmitSm.TryRead(body, out SubmitSm submit).IsOk)
        {
            ok++;
            Inside(body, submit.ShortMessage);
            Inside(body, submit.Text);
            Inside(body, submit.Tlvs);
            Inside(body, submit.DestinationAddr.Digits);
            var again = new byte[submit.BodyLength];
            submit.TryWrite(again, out int written).ShouldBeTrue();
            if (!again.AsSpan(0, written).SequenceEqual(body)) throw new InvalidOperationException("Written again it differs.");
        }

        if (DeliverSm.TryRead(body, out DeliverSm deliver).IsOk) Inside(body, deliver.Text);
        if (DataSm.TryRead(body, out DataSm data).IsOk) Inside(body, data.Text);
        if (BindRequest.TryRead(body, out BindRequest bind).IsOk) Inside(body, bind.AddressRange);
        if (BindResponse.TryRead(body, out BindResponse bound).IsOk) Inside(body, bound.SystemId);
        if (SubmitSmResp.TryRead(body, out SubmitSmResp response).IsOk) Inside(body, response.MessageId);
        if (QuerySm.TryRead(body, out QuerySm query).IsOk) Inside(body, query.MessageId);
        if (QuerySmResp.TryRead(body, out QuerySmResp state).IsOk) Inside(body, state.FinalDate);
        if (CancelSm.TryRead(body, out CancelSm cancel).IsOk) Inside(body, cancel.MessageId);
        if (ReplaceSm.TryRead(body, out ReplaceSm replace).IsOk) Inside(body, replace.ShortMessage);
        if (AlertNotification.TryRead(body, out AlertNotification alert).IsOk) Inside(body, alert.SourceAddr.Digits);
        if (SubmitMulti.TryRead(body, out SubmitMulti multi).IsOk)
        {
            ok++;
            var seen = 0;
            foreach (MultiDestination destination in multi.Destinations)
            {
                seen++;
                Inside(body, destination.Address.Digits);
                Inside(body, destination.DistributionList);
            }

            seen.ShouldBe(multi.Destinations.Count);
            Inside(body, multi.ShortMessage);
            Inside(body, multi.Tlvs);
            var again = new byte[multi.BodyLength];
            multi.TryWrite(again, out int written).ShouldBeTrue();
            if (!again.AsSpan(0, written).SequenceEqual(body)) throw new InvalidOperationException("Written again it differs.");
        }

        if (SubmitMultiResp.TryRead(body, out SubmitMultiResp multiResponse).IsOk)
        {
            foreach (UnsuccessfulDestination destination in multiResponse.Unsuccessful) Inside(body, destination.Address.Digits);
            Inside(body, multiResponse.Tlvs);
        }

        if (Outbind.TryRead(body, out Outbind outbind).IsOk) Inside(body, outbind.Password);
        if (DeliveryReceipt.TryParse(body, new TlvReader(body), out DeliveryReceipt receipt))
        {
            ok++;
            Inside(body, receipt.TextId);
            Inside(body, receipt.TlvId);
            Inside(body, receipt.ErrorCode);
            Inside(body, receipt.Text);
        }

        SmppTime.TryParse(body.Length > 16 ? body[..16] : body, DateTimeOffset.UnixEpoch, out _);
        return ok;
    }

    private static void Inside(ReadOnlySpan<byte> body, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty) return;
        nint offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(body), ref MemoryMarshal.GetReference(part));
        if (offset < 0 || offset + part.Length > body.Length) throw new InvalidOperationException("A field lies outside the body.");
    }
}
