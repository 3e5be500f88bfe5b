using Sparseland.Chance;
using Sparseland.Errors;

namespace Sparseland.Fuzzing;

/// <summary>A reader under attack.</summary>
/// <param name="Name">Its name in tests and in the record.</param>
/// <param name="Seeds">Small whole files.</param>
/// <param name="Read">Reads a damaged one and uses what came out of it.</param>
/// <param name="BytesPerByte">How many bytes reading may allocate for each byte of the file, beside a fixed allowance.</param>
/// <param name="Repair">Puts the length and the checksum of a damaged file right, so that what lies behind them is reached; null where a format has none. One file in eight stays as it is.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, int BytesPerByte = 200, Func<byte[], byte[]>? Repair = null)
{
    /// <summary>What reading any file may allocate: messages, exceptions, small tables.</summary>
    private const long Allowance = 1 << 20;

    private const int UnrepairedOneIn = 8;

    /// <summary>The damaged file of a number: always the same one.</summary>
    public byte[] Mutation(long index)
    {
        var random = new RandomStream(1, $"fuzz {Name}", (ulong)index);
        var bytes = Mutator.Mutate(Seeds, random);
        return Repair is null || random.NextInt(UnrepairedOneIn) == 0 ? bytes : Repair(bytes);
    }

    /// <summary>Reads every whole file once, so that tables made at the first use are not counted against a damaged one.</summary>
    public void WarmUp()
    {
        foreach (var seed in Seeds)
        {
            try
            {
                Read(seed);
            }
            catch (SparselandException)
            {
                // A seed may be of another family than the reader's: it is there to be spliced.
            }
        }
    }

    /// <summary>Reads damaged files one after the other.</summary>
    /// <param name="mutations">How many.</param>
    /// <exception cref="FuzzFailure">One of them did what no file may do; names its number.</exception>
    public void Survive(int mutations)
    {
        for (var i = 0; i < mutations; i++)
        {
            try
            {
                Check(Mutation(i));
            }
            catch (FuzzFailure failure)
            {
                throw new FuzzFailure($"mutation {i}: {failure.Message}", failure.InnerException);
            }
        }
    }

    /// <summary>Reads a damaged file.</summary>
    /// <returns>"accepted", or the name of the exception that refused it.</returns>
    /// <exception cref="FuzzFailure">It threw something else, or allocated more than the file justifies.</exception>
    public string Check(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var outcome = "accepted";
        try
        {
            Read(bytes);
        }
        catch (SparselandException fault)
        {
            outcome = fault.GetType().Name;
            if (fault.Message.Contains('\n', StringComparison.Ordinal))
                throw new FuzzFailure($"{Name}: the message has several lines: {fault.Message}", fault);
        }
        catch (Exception fault)
        {
            throw new FuzzFailure($"{Name}: {fault.GetType().Name}: {fault.Message}", fault);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= Allowance + (long)BytesPerByte * bytes.Length ? outcome : throw new FuzzFailure($"{Name}: {allocated} bytes were allocated for a file of {bytes.Length}", null);
    }
}

/// <summary>A reader did what no file may make it do.</summary>
internal sealed class FuzzFailure(string message, Exception? inner) : Exception(message, inner);
