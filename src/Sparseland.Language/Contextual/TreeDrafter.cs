using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Contextual;

/// <summary>
/// Several drafts at once. At each position every draft proposes its likeliest tokens (never an end token), and the best by the sum of log-probabilities go on. The check reads the prefix tree of
/// all drafts in one pass of the dense model; the draft with the longest accepted beginning wins, and the keys and values of its nodes join the cache.
/// </summary>
internal sealed class TreeDrafter(InferenceSession session, IFeedForwardPath path, DraftRules rules) : IDrafter
{
    private readonly TokenTree _drafts = new(session.Model.Configuration, 1 + rules.Options.TreeWidth * (rules.Options.Period - 1));
    private readonly TokenTree _checked = new(session.Model.Configuration, 1 + rules.Options.TreeWidth * (rules.Options.Period - 1));
    private readonly Tensor<float> _logits = new(new Shape(1 + rules.Options.TreeWidth * (rules.Options.Period - 1), session.Model.Configuration.VocabularySize));

    public long OtherBytesRead => 0;

    public Stretch Run(int first, int limit, CancellationToken cancellation)
    {
        var (beams, passes) = Draft(first, limit, cancellation);
        var paths = Rebuild(beams);
        var logits = _logits.Matrix.SliceRows(0, _checked.Count);
        session.ReadTree(_checked, 0, logits, cancellation);
        var (best, accepted) = (paths[0], -1);
        foreach (var nodes in paths)
        {
            var length = 0;
            while (length < nodes.Length - 1 && rules.Accepts(logits.Row(nodes[length]), _checked.Tokens[nodes[length + 1]]))
                length++;
            // Of equals the first: beams are ordered by their scores.
            if (length > accepted)
                (best, accepted) = (nodes, length);
        }
        session.Keep(_checked, best.AsSpan(0, accepted + 1));
        return new([.. best.Skip(1).Take(accepted).Select(node => _checked.Tokens[node])], rules.Choose(logits.Row(best[accepted])), passes, best.Length - 1 - accepted);
    }

    private (List<Beam> Beams, int Passes) Draft(int first, int limit, CancellationToken cancellation)
    {
        _drafts.Clear();
        List<Beam> beams = [new Beam(_drafts.Add(first, -1), 0)];
        var passes = 0;
        session.FeedForward = path;
        try
        {
            for (var position = 1; position < limit && !MayStop(beams[0]); position++)
            {
                var logits = _logits.Matrix.SliceRows(0, beams.Count);
                session.ReadTree(_drafts, _drafts.Count - beams.Count, logits, cancellation);
                passes++;
                if (rules.IsEnd(rules.Choose(logits.Row(0))))
                    break;
                beams = Extend(beams, logits);
            }
        }
        finally
        {
            session.FeedForward = null;
        }
        return (beams, passes);
    }

    private List<Beam> Extend(List<Beam> beams, MatrixView<float> logits)
    {
        var proposals = new List<(int Parent, int Token, double Score)>();
        for (var row = 0; row < beams.Count; row++)
            foreach (var (token, logProbability) in Likeliest(rules.LogProbabilities(logits.Row(row))))
                proposals.Add((beams[row].Node, token, beams[row].Score + logProbability));
        // A stable order: of equal scores the earlier beam and the likelier token.
        return [.. proposals.OrderByDescending(proposal => proposal.Score).Take(rules.Options.TreeWidth).Select(proposal => new Beam(_drafts.Add(proposal.Token, proposal.Parent), proposal.Score))];
    }

    private List<(int Token, float LogProbability)> Likeliest(ReadOnlySpan<float> logProbabilities)
    {
        var best = new List<(int Token, float Value)>(rules.Options.TreeWidth + 1);
        for (var token = 0; token < logProbabilities.Length; token++)
        {
            var value = logProbabilities[token];
            if ((best.Count == rules.Options.TreeWidth && value <= best[^1].Value) || rules.IsEnd(token))
                continue;
            var place = best.Count;
            while (place > 0 && best[place - 1].Value < value)
                place--;
            best.Insert(place, (token, value));
            if (best.Count > rules.Options.TreeWidth)
                best.RemoveAt(best.Count - 1);
        }
        return best;
    }

    // The drafts that are left as a tree of their own; each of its nodes was a node of a draft, so parents come first.
    private List<int[]> Rebuild(List<Beam> beams)
    {
        var copies = new Dictionary<int, int>();
        var paths = beams.Select(beam => _drafts.Path(beam.Node)).ToList();
        _checked.Clear();
        foreach (var node in paths.SelectMany(nodes => nodes).Distinct().Order())
            copies.Add(node, _checked.Add(_drafts.Tokens[node], _drafts.Parent(node) < 0 ? -1 : copies[_drafts.Parent(node)]));
        return [.. paths.Select(nodes => nodes.Select(node => copies[node]).ToArray())];
    }

    private bool MayStop(Beam beam) => rules.MayStop([.. _drafts.Path(beam.Node).Select(node => _drafts.Tokens[node])]);

    private readonly record struct Beam(int Node, double Score);
}
