using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>A disk that fills up, on a small file system of its own. Needs the right to mount one.</summary>
public sealed class DiskFullTests
{
    private const int DiskMegabytes = 48;

    [Fact(Timeout = 120_000)]
    public async Task DiskFull_IntakeAnswers503AndRecoversWithNothingLost()
    {
        using var mountPoint = new TestFolder();
        await using ChildProcess mount =
            await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={DiskMegabytes}m", "tmpfs", mountPoint.Path]);
        if (await mount.WaitForExitAsync() != 0) Assert.Skip($"A small file system cannot be mounted here: {mount.Errors[0]}");
        try
        {
            await FillAndFreeAsync(mountPoint.Path);
        }
        finally
        {
            await using ChildProcess unmount = await ChildProcess.RunAsync("umount", [mountPoint.Path]);
            (await unmount.WaitForExitAsync()).ShouldBe(0, unmount.Transcript);
        }
    }

    private static async Task FillAndFreeAsync(string disk)
    {
        await using Rig rig = await Rig.StartAsync(
            ["north"], config => config with { Data = Path.Combine(disk, "data"), More = "journal: { reserve: 4MiB }" });
        await rig.Simulator.WaitForBindsAsync("north");
        var accepted = new List<string>();
        for (int n = 0; n < 20; n++) accepted.Add(await rig.Gateway.SendAsync($"+3069000{n:00000}", "Before"));

        string ballast = Path.Combine(disk, "ballast");
        Fill(ballast);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                (HttpStatusCode status, JsonNode? answer) = await SendAsync(rig, "While it fills");
                if (status == HttpStatusCode.Accepted) accepted.Add((string)answer!["id"]!);
                else status.ShouldBe(HttpStatusCode.ServiceUnavailable, answer?.ToJsonString());
                return status == HttpStatusCode.ServiceUnavailable;
            },
            () => $"503\n{rig.Gateway.Process.Transcript}");
        rig.Gateway.Process.HasExited.ShouldBeFalse("a full disk is no reason to end");
        (await rig.Gateway.GetAsync($"v1/messages/{accepted[0]}"))["id"]!.ToString().ShouldBe(accepted[0], "what is there can be read");

        File.Delete(ballast);
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                (HttpStatusCode status, JsonNode? answer) = await SendAsync(rig, "After");
                if (status == HttpStatusCode.Accepted) accepted.Add((string)answer!["id"]!);
                return status == HttpStatusCode.Accepted;
            },
            () => $"202 again\n{rig.Gateway.Process.Transcript}");
        await rig.Gateway.WaitForStatusAsync(accepted, "delivered");

        (await rig.Gateway.Process.StopAsync()).ShouldBe(0, rig.Gateway.Process.Transcript);
        await rig.RestartGatewayAsync();
        await rig.Gateway.WaitForStatusAsync(accepted, "delivered");
    }

    private static Task<(HttpStatusCode Status, JsonNode? Answer)> SendAsync(Rig rig, string body) =>
        rig.Gateway.PostAsync("v1/messages", new JsonObject { ["to"] = "+306900000001", ["from"] = "Crosspoint", ["body"] = body });

    // To the last block: what does not fit as a megabyte may fit as a page.
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int block = 1024 * 1024; block >= 4096; block /= 16)
        {
            byte[] data = new byte[block];
            try
            {
                while (true) file.Write(data);
            }
            catch (IOException)
            {
                // No block of this size is left.
            }
        }
    }
}
