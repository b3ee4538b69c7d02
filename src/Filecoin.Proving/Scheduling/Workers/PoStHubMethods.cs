using Filecoin.ChainCo.Rpc.Serving;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>A hub's door for workers: JSON-RPC methods that take the permission to write.</summary>
public static class PoStHubMethods
{
    internal const string Report = "Filecoin.PoStReport", NextJob = "Filecoin.PoStNextJob", JobProofs = "Filecoin.PoStJobProofs",
        Return = "Filecoin.PoStReturn", Fail = "Filecoin.PoStFail";

    /// <summary>The error code for a worker that the hub does not know.</summary>
    internal const int UnknownWorker = 1001;

    private const int MaxText = 4096, MaxHeld = 1024, MaxSlots = 1024;

    /// <summary>Adds the methods <c>PoStReport</c>, <c>PoStNextJob</c>, <c>PoStJobProofs</c>, <c>PoStReturn</c> and <c>PoStFail</c>.</summary>
    /// <param name="methods">The API.</param>
    /// <param name="hub">Who answers.</param>
    public static RpcMethods AddPoStHub(this RpcMethods methods, IPoStHub hub)
    {
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(hub);
        return methods
            .Add(
                Report, RpcPermissions.Write, 1,
                (request, token) => hub.ReportAsync(Checked(request.Read(0, WorkerJsonContext.Default.PoStWorkerReport)), token),
                WorkerJsonContext.Default.PoStWorkerOrders)
            .Add(NextJob, RpcPermissions.Write, 3, (request, token) => NextJobAsync(hub, request, token), WorkerJsonContext.Default.PoStJobOffer!)
            .Add(
                JobProofs, RpcPermissions.Write, 2,
                (request, token) => hub.JobProofsAsync(Text(request, 0), (int)Bounded(request.Int64(1), 0, int.MaxValue), token),
                WorkerJsonContext.Default.ReadOnlyMemoryByte)
            .Add(
                Return, RpcPermissions.Write, 3,
                async (request, token) => (await hub.ReturnAsync(Text(request, 0), Text(request, 1), request.Bytes(2), token).ConfigureAwait(false)).ToString(),
                WorkerJsonContext.Default.String)
            .Add(Fail, RpcPermissions.Write, 3, (request, token) => hub.FailAsync(Text(request, 0), Text(request, 1), Text(request, 2), token));
    }

    private static async Task<PoStJobOffer?> NextJobAsync(IPoStHub hub, RpcRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await hub.NextJobAsync(
                Text(request, 0), (PoStKind)Bounded(request.Int64(1), (long)PoStKind.Winning, (long)PoStKind.Window),
                TimeSpan.FromMilliseconds(Bounded(request.Int64(2), 0, int.MaxValue)), cancellationToken).ConfigureAwait(false);
        }
        catch (PoStWorkerUnknownException e)
        {
            throw new RpcFaultException(UnknownWorker, e.Message);
        }
    }

    private static PoStWorkerReport Checked(PoStWorkerReport report)
    {
        bool fits = report.Worker is { Length: > 0 and <= MaxText } && report.Name is { Length: > 0 and <= MaxText }
            && report.WindowSlots is >= 0 and <= MaxSlots && report.WinningSlots is >= 0 and <= MaxSlots
            && report.Running.Count <= MaxHeld && report.Finished.Count <= MaxHeld
            && report.Running.All(running => running?.Job is { Length: <= MaxText }) && report.Finished.All(job => job is { Length: <= MaxText });
        return fits ? report : throw RpcFaultException.InvalidParams($"a worker's report: expected names up to {MaxText} characters and at most {MaxHeld} jobs");
    }

    private static string Text(RpcRequest request, int position) => request.Text(position) is { Length: <= MaxText } text
        ? text : throw RpcFaultException.InvalidParams($"parameter {position}: expected at most {MaxText} characters");

    private static long Bounded(long value, long least, long most) => value >= least && value <= most
        ? value : throw RpcFaultException.InvalidParams($"expected {least} to {most}, found {value}");
}
