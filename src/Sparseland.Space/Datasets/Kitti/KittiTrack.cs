namespace Sparseland.Space.Datasets.Kitti;

/// <summary>One line of KITTI tracking's label_02/*.txt: a label with its frame and its object's number.</summary>
/// <param name="Frame">Number of the frame from 0.</param>
/// <param name="Track">Number of the object over time; -1 in DontCare.</param>
/// <param name="Label">The 15 columns of the object benchmark.</param>
public sealed record KittiTrack(int Frame, int Track, KittiLabel Label)
{
    /// <summary>Reads a sequence's labels.</summary>
    /// <exception cref="Errors.InvalidFileException">A line has not 17 or 18 columns, or a column is no number.</exception>
    public static IReadOnlyList<KittiTrack> Read(string path)
    {
        var tracks = new List<KittiTrack>();
        foreach (var line in TextTable.Read(path))
        {
            if (line.Columns.Length < 3)
                throw line.Fault($"{line.Columns.Length} columns and a track has 17, or 18 with a score");
            tracks.Add(new(line.Int(0, "frame"), line.Int(1, "track"), KittiLabel.Parse(line, 2)));
        }
        return tracks;
    }

    /// <summary>Writes a sequence's labels.</summary>
    public static void Write(string path, IEnumerable<KittiTrack> tracks) =>
        TextTable.Write(path, tracks.Select(track => $"{track.Frame} {track.Track} {track.Label.ToText()}"));
}
