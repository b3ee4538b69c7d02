using Filecoin.Native.Fields;

namespace Filecoin.Native.Hashing;

/// <summary>
/// The Grain LFSR in self-shrinking mode, from which Poseidon draws its round constants
/// (Poseidon paper, appendix F: "Initialization of the round constants and MDS matrix").
/// </summary>
internal sealed class GrainGenerator
{
    private const int StateBits = 80, DiscardedBits = 160;
    private const int PrimeField = 1, PowerSBox = 1;

    /// <summary>A ring of the last 80 bits; the oldest is at <see cref="_oldest"/>.</summary>
    private readonly bool[] _state = new bool[StateBits];
    private int _oldest;

    public GrainGenerator(int fieldBits, int width, int fullRounds, int partialRounds)
    {
        int at = 0;
        foreach ((int bits, int value) in ((int, int)[])
            [(2, PrimeField), (4, PowerSBox), (12, fieldBits), (12, width), (10, fullRounds), (10, partialRounds), (30, (1 << 30) - 1)])
        {
            for (int bit = bits - 1; bit >= 0; bit--)
            {
                _state[at++] = ((value >> bit) & 1) != 0;
            }
        }
        for (int i = 0; i < DiscardedBits; i++)
        {
            NextRawBit();
        }
    }

    /// <summary>The next element: 255 bits, most significant first, drawn again until they are below the modulus.</summary>
    public Fr NextElement()
    {
        Span<byte> littleEndian = stackalloc byte[Fr.Size];
        while (true)
        {
            littleEndian.Clear();
            for (int bit = Fr.ModulusBits - 1; bit >= 0; bit--)
            {
                if (NextBit())
                {
                    littleEndian[bit >> 3] |= (byte)(1 << (bit & 7));
                }
            }
            if (Fr.TryRead(littleEndian, out Fr element))
            {
                return element;
            }
        }
    }

    /// <summary>Bits come in pairs: a leading one lets the second through, a leading zero drops it.</summary>
    private bool NextBit()
    {
        while (!NextRawBit())
        {
            NextRawBit();
        }
        return NextRawBit();
    }

    private bool NextRawBit()
    {
        bool bit = Tap(62) ^ Tap(51) ^ Tap(38) ^ Tap(23) ^ Tap(13) ^ Tap(0);
        _state[_oldest] = bit;
        _oldest = (_oldest + 1) % StateBits;
        return bit;
    }

    private bool Tap(int age) => _state[(_oldest + age) % StateBits];
}
