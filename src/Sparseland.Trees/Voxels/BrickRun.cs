using System.Runtime.InteropServices;
using Sparseland.Files;

namespace Sparseland.Trees.Voxels;

/// <summary>Bricks sorted by their codes in two files, codes and records, so that a pass over the codes need not read the rest.</summary>
internal sealed class BrickRun(string path)
{
    /// <summary>What a record holds.</summary>
    public delegate ReadOnlySpan<byte> Content(ulong key);

    private string Codes => path + ".codes";

    private string Records => path + ".bricks";

    public void Write(ReadOnlySpan<ulong> keys, Content content)
    {
        var sorted = keys.ToArray();
        AtomicFile.Write(Codes, stream => stream.Write(MemoryMarshal.AsBytes<ulong>(sorted)));
        AtomicFile.Write(Records, stream =>
        {
            foreach (var key in sorted)
                stream.Write(content(key));
        });
    }

    public (MappedFile Codes, MappedFile Records) Open() => (MappedFile.Open(Codes), MappedFile.Open(Records));

    public void Delete()
    {
        File.Delete(Codes);
        File.Delete(Records);
    }
}
