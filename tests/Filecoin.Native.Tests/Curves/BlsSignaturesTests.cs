using System.Text;
using Filecoin.Native.Curves;
using Filecoin.Native.Fields;
using Filecoin.Native.Hashing;

namespace Filecoin.Native.Tests.Curves;

public sealed class BlsSignaturesTests
{
    private static readonly byte[] Order = Convert.FromHexString("01000000fffffffffe5bfeff02a4bd5305d8a10908d83933487d9d2953a7ed73");

    /// <summary>A wallet's key and the signature of a chain message of its own, as published with Zondax's signing tools.</summary>
    [Fact]
    public void A_published_wallet_signs_as_recorded()
    {
        using BlsSecretKey key = BlsSecretKey.Read(Convert.FromBase64String("0x7Y0GGX92MeWBF9mcWuR5EYPxe2dy60r8XIQOD31BI="));
        byte[] publicKey = Convert.FromHexString(
            "ade28c91045e89a0dcdb49d5ed0d62a4f02d78a96dbd406a4f9d37a1cd2fb5c29058def79b01b4d1556ade74ffc07904");
        byte[] message = Convert.FromHexString(
            "8a005501fd1d0f4dfcd7e99afcb99a8326b7dc459d32c628583103ade28c91045e89a0dcdb49d5ed0d62a4f02d78a96dbd406a4f9d37a1cd2fb5c29058def79b01b4d1"
            + "556ade74ffc079040144000186a01961a8430009c4430009c40040");
        byte[] signature = Convert.FromHexString(
            "a3e507f89527472ad67ddd9bf555e8e745c284944cd855e2ed4b68660a325baacd4dfd93972af2c7e2d39ddc8a5ac37e"
            + "0660ddc641cb7942ef5a31f3e62e83e006341f6a4b4f9c4cdddb0ba43031b4e9dc96d2b936b9050dccca9e95b8576653");

        // What is signed is the message's content identifier: version 1, dag-cbor, BLAKE2b-256.
        byte[] identifier = [0x01, 0x71, 0xa0, 0xe4, 0x02, 0x20, .. new byte[32]];
        Blake2b.Hash256(message, identifier.AsSpan(6));
        Assert.Equal(publicKey, key.PublicKey().ToCompressed());
        Assert.Equal(signature, key.Sign(identifier).ToCompressed());
        Assert.True(BlsSignatures.Verify(publicKey, identifier, signature));
    }

    [Fact]
    public void A_signature_verifies_with_its_key_and_message_alone()
    {
        using BlsSecretKey key = BlsSecretKey.Generate(), other = BlsSecretKey.Generate();
        byte[] message = "a message"u8.ToArray();
        byte[] publicKey = key.PublicKey().ToCompressed(), signature = key.Sign(message).ToCompressed();
        Assert.True(BlsSignatures.Verify(publicKey, message, signature));
        Assert.False(BlsSignatures.Verify(publicKey, "another message"u8, signature));
        Assert.False(BlsSignatures.Verify(other.PublicKey().ToCompressed(), message, signature));
        Assert.False(BlsSignatures.Verify(publicKey, message, (-G2Affine.ReadCompressed(signature)).ToCompressed()));
        Assert.False(BlsSignatures.Verify(publicKey, message, G2Affine.Infinity.ToCompressed()));
        Assert.False(BlsSignatures.Verify(G1Affine.Infinity.ToCompressed(), message, G2Affine.Infinity.ToCompressed()));
        signature[5] ^= 1;
        Assert.ThrowsAny<PointDecodingException>(() => BlsSignatures.Verify(publicKey, message, signature));
    }

    [Fact]
    public void Keys_and_signatures_are_multiples_by_the_key()
    {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(7 * i + 1);
        }
        bytes[31] &= 0x3f;
        using BlsSecretKey key = BlsSecretKey.Read(bytes);
        Fr scalar = Fr.Read(bytes);
        byte[] written = new byte[32];
        key.Write(written);
        Assert.Equal(bytes, written);
        Assert.Equal((G1Affine.Generator * scalar).ToAffine(), key.PublicKey());
        Assert.Equal((BlsSignatures.HashMessage("m"u8) * scalar).ToAffine(), key.Sign("m"u8));
    }

    [Fact]
    public void Aggregates_verify_with_all_messages_and_keys_alone()
    {
        BlsSecretKey[] keys = [.. Enumerable.Range(0, 4).Select(_ => BlsSecretKey.Generate())];
        ReadOnlyMemory<byte>[] messages = [.. keys.Select((_, i) => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"message {i}"))];
        G1Affine[] publicKeys = [.. keys.Select(k => k.PublicKey())];
        G2Affine aggregate = BlsSignatures.Aggregate([.. keys.Select((k, i) => k.Sign(messages[i].Span))]);
        Assert.True(BlsSignatures.VerifyAggregate(publicKeys, messages, aggregate));
        Assert.False(BlsSignatures.VerifyAggregate(publicKeys.AsSpan(1), messages[1..], aggregate));
        Assert.False(BlsSignatures.VerifyAggregate(publicKeys, [.. messages.Reverse()], aggregate));
        Assert.False(BlsSignatures.VerifyAggregate([], [], G2Affine.Infinity));
        Assert.Throws<ArgumentException>(() => BlsSignatures.VerifyAggregate(publicKeys, messages[1..], aggregate));
        Assert.Throws<ArgumentException>(() => BlsSignatures.Aggregate([]));

        // Equal messages are refused even where each signature is right.
        G2Affine same = BlsSignatures.Aggregate([keys[0].Sign("m"u8), keys[1].Sign("m"u8)]);
        Assert.False(BlsSignatures.VerifyAggregate(publicKeys.AsSpan(0, 2), ["m"u8.ToArray(), "m"u8.ToArray()], same));

        // An infinite key contributes nothing: it must not pass for a signer.
        publicKeys[3] = G1Affine.Infinity;
        G2Affine three = BlsSignatures.Aggregate([.. keys.Take(3).Select((k, i) => k.Sign(messages[i].Span))]);
        Assert.False(BlsSignatures.VerifyAggregate(publicKeys, messages, three));
        Assert.True(BlsSignatures.VerifyAggregate(publicKeys.AsSpan(0, 3), messages[..3], three));
    }

    [Fact]
    public void Integers_that_are_no_keys_are_refused()
    {
        byte[] below = [.. Order];
        below[0] = 0;
        using (BlsSecretKey largest = BlsSecretKey.Read(below))
        {
            Assert.Equal(-G1Affine.Generator, largest.PublicKey());
        }
        Assert.Throws<ArgumentException>(() => BlsSecretKey.Read(Order));
        Assert.Throws<ArgumentException>(() => BlsSecretKey.Read(new byte[32]));
        Assert.Throws<ArgumentException>(() => BlsSecretKey.Read(new byte[31]));
        byte[] high = new byte[32];
        Array.Fill(high, (byte)0xff);
        Assert.Throws<ArgumentException>(() => BlsSecretKey.Read(high));
    }

    [Fact]
    public void A_disposed_key_is_gone()
    {
        BlsSecretKey key = BlsSecretKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.PublicKey());
        Assert.Throws<ObjectDisposedException>(() => key.Sign("m"u8));
    }
}
