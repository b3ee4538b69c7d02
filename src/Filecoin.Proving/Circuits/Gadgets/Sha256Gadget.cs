namespace Filecoin.Proving.Circuits.Gadgets;

/// <summary>SHA-256 (FIPS 180-4) of bits of a circuit. Bits run most significant first within each byte.</summary>
internal static class Sha256Gadget
{
    /// <summary>Bits of a digest.</summary>
    public const int DigestBits = 256;

    private const int BlockBits = 512;

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private static ReadOnlySpan<uint> InitialState =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>The digest of whole bytes.</summary>
    /// <param name="cs">The constraint system.</param>
    /// <param name="message">A multiple of eight bits.</param>
    /// <param name="digest">Receives <see cref="DigestBits"/> bits.</param>
    public static void Hash<TCs>(ref TCs cs, scoped ReadOnlySpan<Bit> message, scoped Span<Bit> digest)
        where TCs : IConstraintSystem, allows ref struct
    {
        Span<Word> state = stackalloc Word[8];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Word.Constant(InitialState[i]);
        }
        int blocks = (message.Length + 64) / BlockBits + 1;
        Span<Bit> padded = stackalloc Bit[BlockBits];
        for (int block = 0; block < blocks; block++)
        {
            cs.Enter("block", block);
            if ((block + 1) * BlockBits <= message.Length)
            {
                Compress(ref cs, message.Slice(block * BlockBits, BlockBits), state);
            }
            else
            {
                PadBlock(message, block, block == blocks - 1, padded);
                Compress(ref cs, padded, state);
            }
            cs.Leave();
        }
        for (int i = 0; i < state.Length; i++)
        {
            state[i].WriteBigEndian(digest.Slice(i * WordBits.Length, WordBits.Length));
        }
    }

    private static void PadBlock(ReadOnlySpan<Bit> message, int block, bool last, Span<Bit> padded)
    {
        padded.Clear();
        int start = block * BlockBits;
        if (start < message.Length)
        {
            message[start..].CopyTo(padded);
        }
        int end = message.Length - start;
        if (end is >= 0 and < BlockBits)
        {
            padded[end] = Bit.True;
        }
        if (last)
        {
            for (int i = 0; i < 64; i++)
            {
                padded[BlockBits - 1 - i] = Bit.Constant((((ulong)message.Length >> i) & 1) != 0);
            }
        }
    }

    private static void Compress<TCs>(ref TCs cs, scoped ReadOnlySpan<Bit> block, scoped Span<Word> state)
        where TCs : IConstraintSystem, allows ref struct
    {
        using var equalities = new IntegerEqualities();
        Span<Word> schedule = stackalloc Word[64];
        Expand(ref cs, equalities, block, schedule);

        // The sums that make the next a and e are formed when they are needed: the last pair takes the old state along.
        Word b = state[1], c = state[2], d = state[3], f = state[5], g = state[6], h = state[7];
        Span<Word> nextA = stackalloc Word[8];
        Span<Word> nextE = stackalloc Word[7];
        for (int round = 0; round < 64; round++)
        {
            cs.Enter("round", round);
            Word e = round == 0 ? state[4] : Word.Add(ref cs, equalities, nextE[..6]);
            Word s1 = Word.Sigma(ref cs, "Σ1", e, 6, 11, 25, shift: false);
            Word choice = Word.Choose(ref cs, e, f, g);
            Word a = round == 0 ? state[0] : Word.Add(ref cs, equalities, nextA[..7]);
            Word s0 = Word.Sigma(ref cs, "Σ0", a, 2, 13, 22, shift: false);
            Word majority = Word.Majority(ref cs, a, b, c);

            nextE[0] = nextA[0] = h;
            nextE[1] = nextA[1] = s1;
            nextE[2] = nextA[2] = choice;
            nextE[3] = nextA[3] = Word.Constant(RoundConstants[round]);
            nextE[4] = nextA[4] = schedule[round];
            nextE[5] = d;
            nextA[5] = s0;
            nextA[6] = majority;
            (h, g, f, d, c, b) = (g, f, e, c, b, a);
            cs.Leave();
        }

        cs.Enter("state");
        Span<Word> pair = stackalloc Word[2];
        nextA[7] = state[0];
        state[0] = Word.Add(ref cs, equalities, nextA);
        AddToState(ref cs, equalities, pair, ref state[1], b);
        AddToState(ref cs, equalities, pair, ref state[2], c);
        AddToState(ref cs, equalities, pair, ref state[3], d);
        nextE[6] = state[4];
        state[4] = Word.Add(ref cs, equalities, nextE);
        AddToState(ref cs, equalities, pair, ref state[5], f);
        AddToState(ref cs, equalities, pair, ref state[6], g);
        AddToState(ref cs, equalities, pair, ref state[7], h);
        equalities.Flush(ref cs);
        cs.Leave();
    }

    private static void Expand<TCs>(ref TCs cs, IntegerEqualities equalities, scoped ReadOnlySpan<Bit> block, scoped Span<Word> schedule)
        where TCs : IConstraintSystem, allows ref struct
    {
        for (int i = 0; i < 16; i++)
        {
            schedule[i] = Word.FromBigEndian(block.Slice(i * WordBits.Length, WordBits.Length));
        }
        Span<Word> operands = stackalloc Word[4];
        for (int i = 16; i < schedule.Length; i++)
        {
            cs.Enter("schedule", i);
            operands[0] = schedule[i - 16];
            operands[1] = Word.Sigma(ref cs, "σ0", schedule[i - 15], 7, 18, 3, shift: true);
            operands[2] = schedule[i - 7];
            operands[3] = Word.Sigma(ref cs, "σ1", schedule[i - 2], 17, 19, 10, shift: true);
            schedule[i] = Word.Add(ref cs, equalities, operands);
            cs.Leave();
        }
    }

    private static void AddToState<TCs>(ref TCs cs, IntegerEqualities equalities, scoped Span<Word> pair, scoped ref Word state, in Word word)
        where TCs : IConstraintSystem, allows ref struct
    {
        pair[0] = state;
        pair[1] = word;
        state = Word.Add(ref cs, equalities, pair);
    }
}
