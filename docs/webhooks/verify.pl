#!/usr/bin/env perl
# Checks a delivery of a webhook: verify.pl SECRET ID TIMESTAMP SIGNATURE < BODY
# SECRET is what `aftertone webhook secret` prints; the others are the headers webhook-id, webhook-timestamp and webhook-signature.
# Ends with 0 if the body is what was sent, within five minutes, and with 1 if not.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 sha256);
use MIME::Base64 qw(decode_base64 encode_base64);

sub is_genuine {
    my ($secret, $id, $timestamp, $signatures, $body) = @_;
    return 0 if $timestamp !~ /\A[0-9]+\z/ || abs(time - $timestamp) > 300;
    my $key = decode_base64($secret =~ s/\Awhsec_//r);
    my $expected = 'v1,' . encode_base64(hmac_sha256("$id.$timestamp.$body", $key), '');
    # Hashes are compared, so that how long it takes tells nothing.
    return scalar grep { sha256($_) eq sha256($expected) } split / /, $signatures;
}

binmode STDIN;
my $body = do { local $/; <STDIN> } // '';
exit(is_genuine(@ARGV[0 .. 3], $body) ? 0 : 1);
