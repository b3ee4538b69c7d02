using System.Collections.Immutable;
using Filecoin.Native.Fields;
using Filecoin.Proving.Groth16;
using Filecoin.Proving.PoRep;

namespace Filecoin.Proving.Aggregation;

/// <summary>The public inputs of the proofs of an aggregate, made when they are summed: all of them are more than memory should hold.</summary>
/// <param name="count">Proofs without padding.</param>
/// <param name="padded">Proofs with padding, which repeats the last.</param>
/// <param name="inputsOf">A proof's inputs without the constant one; several threads ask.</param>
internal sealed class StatementSums(int count, int padded, Func<int, ImmutableArray<Fr>> inputsOf)
{
    /// <summary>Σ rⁱ·inputᵢ for each input of the circuit.</summary>
    /// <exception cref="PublicInputException">A proof has another number of inputs than the circuit.</exception>
    public Fr[] Sum(Fr r, int inputs, ParallelOptions options)
    {
        var weights = new Fr[padded];
        Array.Fill(weights, Fr.One);
        FrBatch.ScalePowers(weights, Fr.One, r);
        for (int i = count; i < padded; i++) weights[count - 1] += weights[i];

        var shares = Math.Clamp(options.MaxDegreeOfParallelism * 4, 1, count);
        var sums = new Fr[shares][];
        Workers.For(shares, options, share =>
        {
            var sum = new Fr[inputs];
            var (first, end) = ((int)((long)count * share / shares), (int)((long)count * (share + 1) / shares));
            for (int i = first; i < end; i++)
            {
                var statement = inputsOf(i);
                if (statement.Length != inputs)
                    throw new PublicInputException(i, $"the key takes {inputs} public inputs, found {statement.Length}");
                FrBatch.ScaleAdd(statement.AsSpan(), weights[i], sum);
            }
            sums[share] = sum;
        });
        for (int share = 1; share < shares; share++) FrBatch.Add(sums[0], sums[share], sums[0]);
        return sums[0];
    }
}
