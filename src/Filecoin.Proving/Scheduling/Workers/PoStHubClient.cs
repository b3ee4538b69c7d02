using Filecoin.ChainCo.Rpc;
using Filecoin.Proving.Sectors;

namespace Filecoin.Proving.Scheduling.Workers;

/// <summary>A hub at the other end of a connection, best a WebSocket: it is made anew when it breaks.</summary>
/// <param name="transport">The connection; the caller keeps it. Its call timeout must be longer than the wait for a job.</param>
public sealed class PoStHubClient(IRpcTransport transport) : IPoStHub
{
    /// <inheritdoc/>
    public Task<PoStWorkerOrders> ReportAsync(PoStWorkerReport report, CancellationToken cancellationToken = default) => transport.RequireAsync(
        PoStHubMethods.Report, new RpcParams().Add(report, WorkerJsonContext.Default.PoStWorkerReport).ToJson(), WorkerJsonContext.Default.PoStWorkerOrders,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<PoStJobOffer?> NextJobAsync(string worker, PoStKind kind, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        try
        {
            return await transport.CallAsync(
                PoStHubMethods.NextJob, new RpcParams().Add(worker).Add((long)kind).Add((long)wait.TotalMilliseconds).ToJson(),
                WorkerJsonContext.Default.PoStJobOffer, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcErrorException e) when (e.Code == PoStHubMethods.UnknownWorker)
        {
            throw new PoStWorkerUnknownException(worker);
        }
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> JobProofsAsync(string job, int first, CancellationToken cancellationToken = default) => transport.CallAsync(
        PoStHubMethods.JobProofs, new RpcParams().Add(job).Add((long)first).ToJson(), WorkerJsonContext.Default.ReadOnlyMemoryByte, cancellationToken);

    /// <inheritdoc/>
    public async Task<PoStReceipt> ReturnAsync(string worker, string job, ReadOnlyMemory<byte> proof, CancellationToken cancellationToken = default)
    {
        string receipt = await transport.RequireAsync(
            PoStHubMethods.Return, new RpcParams().Add(worker).Add(job).Add(proof).ToJson(), WorkerJsonContext.Default.String, cancellationToken)
            .ConfigureAwait(false);
        return Enum.TryParse(receipt, out PoStReceipt known) && Enum.IsDefined(known)
            ? known : throw new RpcProtocolException(PoStHubMethods.Return, $"expected one of {string.Join(", ", Enum.GetNames<PoStReceipt>())}, found '{receipt}'");
    }

    /// <inheritdoc/>
    public Task FailAsync(string worker, string job, string reason, CancellationToken cancellationToken = default) => transport.CallAsync(
        PoStHubMethods.Fail, new RpcParams().Add(worker).Add(job).Add(reason.Length > 1000 ? reason[..1000] : reason).ToJson(), cancellationToken);
}
